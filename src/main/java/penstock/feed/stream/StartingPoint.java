package penstock.feed.stream;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import penstock.feed.ResumeRequest;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.ResetReason;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;

/**
 * Where a feed of a stream really begins: where it should, if the logs still have all behind that;
 * else at the earliest event that is left. The latter is so for all partitions, whichever misses
 * something: the reader does not know from which its events came, and so must forget them all.
 *
 * @param reset why it does not begin where it should; null if it does
 */
record StartingPoint(Cursor at, @Nullable ResetReason reset) {

  /**
   * @param logs of all partitions, in order
   */
  static StartingPoint of(StreamName stream, List<LogState> logs, ResumeRequest resume) {
    Cursor wanted =
        switch (resume.start()) {
          case StartPosition.Earliest earliest -> cursor(stream, logs, LogState::trimmed);
          case StartPosition.Latest latest -> cursor(stream, logs, LogState::last);
          case StartPosition.Since since -> cursor(stream, logs, since::in);
          case StartPosition.At resumed -> resumed.cursor();
        };
    return Optional.ofNullable(resume.refused())
        .or(() -> wanted.obstacle(CursorScope.ofStream(stream, logs), logs))
        .map(reason -> new StartingPoint(cursor(stream, logs, LogState::trimmed), reason))
        .orElseGet(() -> new StartingPoint(wanted, null));
  }

  private static Cursor cursor(
      StreamName stream, List<LogState> logs, Function<LogState, Position> where) {
    return Cursor.ofStream(stream, logs, logs.stream().map(where).toList());
  }
}
