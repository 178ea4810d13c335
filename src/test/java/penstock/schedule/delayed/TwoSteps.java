package penstock.schedule.delayed;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import java.util.OptionalLong;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.Script;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;

/**
 * What a delivery looks like that everyone writes first: what is due is taken off the schedule, and
 * then appended. In copies of the packaged service it takes the place of {@link DeliveryTask}'s own
 * code; see {@code Mutant}.
 */
public final class TwoSteps {

  private static final Script POP =
      Script.of(
          """
          local time = redis.call('TIME')
          local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
          local bodies = {}
          for n, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. now, 'LIMIT', 0, 100)) do
            bodies[n] = redis.call('HGET', KEYS[2], name)
            redis.call('HDEL', KEYS[3], cmsgpack.unpack(bodies[n])[1])
            redis.call('ZREM', KEYS[1], name)
            redis.call('HDEL', KEYS[2], name)
          end
          return bodies
          """);

  private static final Script APPEND =
      Script.of(
          """
          for _, body in ipairs(ARGV) do
            redis.call('XADD', KEYS[1], '*', unpack(cmsgpack.unpack(body), 2))
          end
          return 1
          """);

  private TwoSteps() {}

  public static Future<OptionalLong> run(RedisLink link, EventLog log, Partition partition) {
    Keys.OfPartition keys = log.keys(partition);
    return POP.run(link, POP.call(keys.due(), keys.dueEvents(), keys.dueDigests()))
        .compose(
            bodies -> {
              if (bodies.size() == 0) {
                return Future.succeededFuture(OptionalLong.empty());
              }
              Request call = APPEND.call(keys.events());
              bodies.forEach(body -> call.arg(body.toBytes()));
              return APPEND.run(link, call).map(done -> OptionalLong.of(1));
            });
  }
}
