package penstock.stream.log;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.ResetReason;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;

/** The positions in the logs of a stream behind which a reader begins that wants to begin there. */
public final class StartPoint {

  static final Function<List<LogState>, List<Position>> LATEST = each(LogState::last);

  private static final Function<List<LogState>, List<Position>> EARLIEST = each(LogState::trimmed);

  private StartPoint() {}

  private static Function<List<LogState>, List<Position>> each(
      Function<LogState, Position> position) {
    return logs -> logs.stream().map(position).toList();
  }

  /**
   * One for each partition, in order; fails with the problem {@code cursor-gone} if it cannot be
   * begun there.
   *
   * @param logs the present states of the stream's logs
   */
  public static Future<List<Position>> of(
      StreamName stream, StartPosition start, List<LogState> logs) {
    return switch (start) {
      case StartPosition.Earliest earliest -> Future.succeededFuture(EARLIEST.apply(logs));
      case StartPosition.Latest latest -> Future.succeededFuture(LATEST.apply(logs));
      case StartPosition.Since since -> Future.succeededFuture(each(since::in).apply(logs));
      case StartPosition.At at ->
          check(stream, at.cursor(), logs).map(fine -> at.cursor().positions());
    };
  }

  /** Fails if a reader cannot go on at the cursor. */
  static Future<Void> check(StreamName stream, Cursor cursor, List<LogState> logs) {
    Optional<ResetReason> obstacle = cursor.obstacle(CursorScope.ofStream(stream, logs), logs);
    return obstacle.isEmpty()
        ? Future.succeededFuture()
        : Future.failedFuture(
            Problem.of(
                    ProblemType.CURSOR_GONE,
                    "The cursor cannot be continued ("
                        + obstacle.get()
                        + "). Go on from 'earliest'.")
                .with("reason", obstacle.get().toString())
                .with("earliest", Cursor.ofStream(stream, logs, EARLIEST.apply(logs)).encode())
                .exception());
  }
}
