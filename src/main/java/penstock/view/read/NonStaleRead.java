package penstock.view.read;

import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.ResetReason;
import penstock.stream.log.EventLog;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.ViewDefinition;

/** Reads of one's own writes: waits until a view has applied what a cursor of its stream covers. */
@ApplicationScoped
public class NonStaleRead {

  private final EventLog log;
  private final GenerationRegistry generations;
  private final ProgressWaiters progress;

  @Inject
  NonStaleRead(EventLog log, GenerationRegistry generations, ProgressWaiters progress) {
    this.log = log;
    this.generations = generations;
    this.progress = progress;
  }

  /**
   * Fails with a problem if the cursor is none of the view's stream as it is, or after the wait.
   */
  public Future<Void> reached(ViewDefinition view, Cursor cursor, Duration wait) {
    return generations
        .served(view)
        .compose(
            generation -> {
              List<Partition> partitions = generation.partitions();
              return log.observe(partitions)
                  .compose(
                      logs -> {
                        check(generation, cursor, logs);
                        var reached = new ArrayList<Future<Void>>();
                        for (Partition partition : partitions) {
                          int i = partition.index();
                          if (cursor.places().get(i).isNowhere()) {
                            continue;
                          }
                          reached.add(
                              progress.reached(
                                  generations.keys(view.name(), generation, i),
                                  logs.get(i).life(),
                                  cursor.positions().get(i),
                                  wait));
                        }
                        return Future.all(reached).mapEmpty();
                      });
            });
  }

  private static void check(Generation generation, Cursor cursor, List<LogState> logs) {
    Optional<ResetReason> obstacle =
        cursor.obstacle(CursorScope.ofStream(generation.stream(), logs), logs);
    if (obstacle.isPresent()) {
      Cursor earliest =
          Cursor.ofStream(generation.stream(), logs, logs.stream().map(LogState::trimmed).toList());
      throw Problem.of(
              ProblemType.CURSOR_GONE,
              "The view cannot be waited for up to this cursor ("
                  + obstacle.get()
                  + "). Use one of the stream '"
                  + generation.stream()
                  + "' as it is now.")
          .with("reason", obstacle.get().toString())
          .with("earliest", earliest.encode())
          .exception();
    }
  }
}
