package penstock.stream.removal;

import io.vertx.core.Future;
import java.util.List;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.stream.Partition;

/**
 * A part of the service that keeps something beside the log of a partition, which goes when the
 * stream is removed. Whoever adds keys of a partition names them here. A view needs none: only the
 * holder of its lease writes it, and begins it anew with the log's next life.
 *
 * <p>Futures complete on the caller's context and fail as {@link RedisLink} says; then the removal
 * stops, and whoever asked for it asks again. All of it bears to be done twice, and at any time.
 */
public interface PartitionOwner {

  /** Keys that go in the same moment as the log. */
  default List<String> keys(Keys.OfPartition of) {
    return List.of();
  }

  /** Keys that are there only if the stream is used. */
  default List<String> traces(Keys.OfPartition of) {
    return keys(of);
  }

  /** Removes what can only be removed by and by, while the log is still there. */
  default Future<Void> before(Partition partition) {
    return Future.succeededFuture();
  }

  /** The log is gone: removes what is left of its life, and nothing of the next one. */
  default Future<Void> after(Partition partition) {
    return Future.succeededFuture();
  }
}
