package penstock.projection;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import penstock.stream.Position;
import penstock.stream.Stream;
import penstock.view.ViewName;

/** Reads one page of the dead letters of a stream, partition by partition. */
final class DeadLetterPageReader {

  /** Reads for one page, most of which a filter may leave out. */
  private static final int MOST_READS = 10;

  private final Stream stream;
  private final IntFunction<DeadLetterLog> logs;
  private final Optional<ViewName> view;
  private final int limit;
  private final List<LetterPage.Found> found = new ArrayList<>();

  /**
   * @param logs by partition
   * @param view only letters of this one
   */
  DeadLetterPageReader(
      Stream stream, IntFunction<DeadLetterLog> logs, Optional<ViewName> view, int limit) {
    this.stream = stream;
    this.logs = logs;
    this.view = view;
    this.limit = limit;
  }

  /** The page after one of them. May be called once. */
  Future<LetterPage> read(LetterId after) {
    return read(after, MOST_READS);
  }

  private Future<LetterPage> read(LetterId after, int reads) {
    if (reads == 0) {
      return Future.succeededFuture(new LetterPage(found, after, false));
    }
    DeadLetterLog log = logs.apply(after.partition());
    return log.after(after.place(), limit)
        .compose(
            letters ->
                log.failedReplays(letters)
                    .compose(
                        failures -> {
                          LetterId last = after;
                          for (int i = 0; i < letters.size(); i++) {
                            Letter letter = letters.get(i);
                            last = new LetterId(after.partition(), letter.id());
                            if (view.isEmpty() || view.get().value().equals(letter.view())) {
                              found.add(new LetterPage.Found(last, letter, failures.get(i)));
                            }
                            if (found.size() == limit) {
                              return Future.succeededFuture(new LetterPage(found, last, false));
                            }
                          }
                          return letters.size() == limit
                              ? read(last, reads - 1)
                              : nextPartition(last, reads - 1);
                        }));
  }

  private Future<LetterPage> nextPartition(LetterId last, int reads) {
    int next = last.partition() + 1;
    return next == stream.partitions().size()
        ? Future.succeededFuture(new LetterPage(found, last, true))
        : read(new LetterId(next, Position.ZERO), reads);
  }
}
