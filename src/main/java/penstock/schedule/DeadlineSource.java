package penstock.schedule;

import io.vertx.core.Future;
import java.util.OptionalLong;
import java.util.function.Function;
import penstock.redis.Keys;
import penstock.stream.Partition;

/**
 * One kind of thing that has deadlines, in a sorted set of each partition.
 *
 * @param kind its name in the index, such as {@code events}; no slash is in it
 * @param deadlines the name of the sorted set: score is a deadline in milliseconds by Redis's clock
 * @param task does what is due of a partition, in one script that takes it off the sorted set as
 *     well: in small steps, one for each call, since it keeps Redis from others. Bears to be run at
 *     any time, also twice at once. Called on the engine's event loop. It completes with the
 *     deadline that is the sorted set's first then, which has passed if there is more to do; empty
 *     if nothing is left. If it fails it is run again soon.
 */
public record DeadlineSource(
    String kind,
    Function<Keys.OfPartition, String> deadlines,
    Function<Partition, Future<OptionalLong>> task) {

  private static final char SEPARATOR = '/';

  public DeadlineSource {
    if (kind.isEmpty() || kind.indexOf(SEPARATOR) >= 0) {
      throw new IllegalArgumentException("not a kind: " + kind);
    }
  }

  /** What stands for the partition in the index. */
  String nameOf(Partition partition) {
    return kind + SEPARATOR + partition;
  }
}
