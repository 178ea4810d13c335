package penstock.stream.tail;

import io.vertx.core.Future;
import java.util.function.Function;
import penstock.redis.RedisLink;
import penstock.stream.LogState;
import penstock.stream.Partition;

/** What the {@link Tail} can follow: a Redis Stream with lives and terms. */
public sealed interface TailSource {

  /** The name in Redis. */
  String key();

  /**
   * The log of a partition. Many are observed in one call.
   *
   * @param told the channel on which it is told what is appended
   */
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
   * @param observation reads its state over a link
   */
  record Other(String name, String key, Function<RedisLink, Future<LogState>> observation)
      implements TailSource {

    @Override
    public String toString() {
      return name;
    }
  }
}
