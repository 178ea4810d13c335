package penstock.redis;

import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/**
 * Reads a number that the command or script is known to reply with. The client's own {@link
 * Response#toLong} and {@link Response#toInteger} return null for a reply without one, and a reply
 * that is nil is null itself.
 */
public final class RedisNumber {

  private RedisNumber() {}

  /**
   * @throws IllegalStateException if the reply is nil: the script breaks its contract
   * @throws NumberFormatException if the reply is text that is no such number
   */
  public static long longOf(@Nullable Response reply) {
    Long number = reply == null ? null : reply.toLong();
    if (number == null) {
      throw missing();
    }
    return number;
  }

  /**
   * @throws IllegalStateException if the reply is nil: the script breaks its contract
   * @throws NumberFormatException if the reply is text that is no such number
   */
  public static int intOf(@Nullable Response reply) {
    Integer number = reply == null ? null : reply.toInteger();
    if (number == null) {
      throw missing();
    }
    return number;
  }

  private static IllegalStateException missing() {
    return new IllegalStateException("Redis replied nil where a number was expected");
  }
}
