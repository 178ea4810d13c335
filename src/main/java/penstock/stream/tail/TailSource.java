package penstock.stream.tail;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisLink;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.log.OrderedNews;

/** What the {@link Tail} can follow: a Redis Stream with lives and terms. */
public sealed interface TailSource {

  /** The name in Redis. */
  String key();

  /** The channel on which it is told what is appended; null if that is not wanted. */
  @Nullable String told();

  /** The log of a partition. Many are observed in one call. */
  record Log(Partition partition, String key, String told) implements TailSource {

    @Override
    public String toString() {
      return partition.toString();
    }
  }

  /**
   * What is read like a log.
   *
   * @param name for the log
   * @param news reads what is told there; throws if it is something else
   * @param observation reads its state over a link
   */
  record Other(
      String name,
      String key,
      @Nullable String told,
      Function<Buffer, OrderedNews> news,
      Function<RedisLink, Future<LogState>> observation)
      implements TailSource {

    @Override
    public String toString() {
      return name;
    }
  }
}
