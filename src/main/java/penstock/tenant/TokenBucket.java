package penstock.tenant;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;

/** A tenant's bucket in Redis, which all instances share: {@code take-tokens.lua}. */
final class TokenBucket {

  private static final Script TAKE = Script.named("take-tokens");
  private static final double MILLIS = TimeUnit.SECONDS.toMillis(1);

  private final String key;
  private final TenantLimits limits;
  private final RedisLink link;

  TokenBucket(String key, TenantLimits limits, RedisLink link) {
    this.key = key;
    this.limits = limits;
    this.link = link;
  }

  /** Events and bytes; one that has no limit is always zero. */
  record Tokens(long events, long bytes) {}

  /**
   * What came of taking some.
   *
   * @param taken none if it was refused
   * @param waitNanos in how long there will be some; 0 if it was not refused
   */
  record TakeResult(Tokens taken, long waitNanos) {}

  /**
   * Takes tokens: those needed or none, more of them up to those wanted.
   *
   * @return fails as {@link RedisLink} says
   */
  Future<TakeResult> take(Tokens needed, Tokens wanted) {
    Request call = TAKE.call(key);
    add(call, "events", limits.events(), needed.events(), wanted.events());
    add(call, "bytes", limits.bytes(), needed.bytes(), wanted.bytes());
    return TAKE.run(link, call).map(this::result);
  }

  private void add(Request call, String kind, long rate, long needed, long wanted) {
    if (rate != TenantLimits.UNLIMITED) {
      call.arg(kind).arg(rate).arg(size(rate, limits.burst())).arg(needed).arg(wanted);
    }
  }

  /** At least one, so that there can be any. */
  static long size(long rate, Duration burst) {
    return Math.max(1, (long) (rate / MILLIS * burst.toMillis()));
  }

  private TakeResult result(Response reply) {
    if (RedisNumber.intOf(reply.get(0)) == 0) {
      return new TakeResult(
          new Tokens(0, 0), TimeUnit.MICROSECONDS.toNanos(RedisNumber.longOf(reply.get(1))));
    }
    int next = 1;
    long events =
        limits.events() == TenantLimits.UNLIMITED ? 0 : RedisNumber.longOf(reply.get(next++));
    long bytes = limits.bytes() == TenantLimits.UNLIMITED ? 0 : RedisNumber.longOf(reply.get(next));
    return new TakeResult(new Tokens(events, bytes), 0);
  }
}
