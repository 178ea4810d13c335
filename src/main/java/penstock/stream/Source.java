package penstock.stream;

import io.vertx.core.Future;
import java.util.function.Function;
import penstock.redis.RedisLink;

/**
 * What the {@link Tail} can follow: a Redis Stream with lives and terms.
 *
 * @param name for the log
 * @param key the name in Redis
 * @param observation tells its state over a link
 */
public record Source(String name, String key, Function<RedisLink, Future<LogState>> observation) {

  Future<LogState> observe(RedisLink over) {
    return observation.apply(over);
  }

  @Override
  public String toString() {
    return name;
  }
}
