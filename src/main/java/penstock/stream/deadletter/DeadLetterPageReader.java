package penstock.stream.deadletter;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import penstock.stream.Position;
import penstock.stream.registry.Stream;

/** Reads one page of the dead letters of a stream, partition by partition. */
final class DeadLetterPageReader {

  /** Reads for one page, most of which a filter may leave out. */
  private static final int MOST_READS = 10;

  private final Stream stream;
  private final IntFunction<DeadLetterLog> logs;
  private final Predicate<DeadLetter> wanted;
  private final int limit;
  private final List<DeadLetterPage.Item> found = new ArrayList<>();

  /**
   * @param logs by partition
   * @param wanted which letters
   */
  DeadLetterPageReader(
      Stream stream, IntFunction<DeadLetterLog> logs, Predicate<DeadLetter> wanted, int limit) {
    this.stream = stream;
    this.logs = logs;
    this.wanted = wanted;
    this.limit = limit;
  }

  /** The page after one of them. May be called once. */
  Future<DeadLetterPage> read(DeadLetterId after) {
    return read(after, MOST_READS);
  }

  private Future<DeadLetterPage> read(DeadLetterId after, int reads) {
    if (reads == 0) {
      return Future.succeededFuture(new DeadLetterPage(found, after, false));
    }
    DeadLetterLog log = logs.apply(after.partition());
    return log.after(after.place(), limit)
        .compose(
            letters ->
                log.failedReplays(letters)
                    .compose(
                        failures -> {
                          DeadLetterId last = after;
                          for (int i = 0; i < letters.size(); i++) {
                            DeadLetter letter = letters.get(i);
                            last = new DeadLetterId(after.partition(), letter.id());
                            if (wanted.test(letter)) {
                              found.add(new DeadLetterPage.Item(last, letter, failures.get(i)));
                            }
                            if (found.size() == limit) {
                              return Future.succeededFuture(new DeadLetterPage(found, last, false));
                            }
                          }
                          return letters.size() == limit
                              ? read(last, reads - 1)
                              : nextPartition(last, reads - 1);
                        }));
  }

  private Future<DeadLetterPage> nextPartition(DeadLetterId last, int reads) {
    int next = last.partition() + 1;
    return next == stream.partitions().size()
        ? Future.succeededFuture(new DeadLetterPage(found, last, true))
        : read(new DeadLetterId(next, Position.ZERO), reads);
  }
}
