package penstock.sink.worker;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import penstock.consumer.Instance;
import penstock.consumer.worker.AcquireResult;
import penstock.consumer.worker.Lease;
import penstock.consumer.worker.LeaseRepository;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Position;
import penstock.stream.log.EventLog;

/** Takes the lease of a sink's shard, and keeps what was found with it. */
final class SinkAcquireCall implements LeaseRepository.Acquisition {

  private static final Script ACQUIRE = Script.named("sink-acquire");

  private final SinkShard shard;
  private final RedisLink link;
  private final EventLog log;
  private final Instance instance;
  private final Duration length;
  private volatile Found found = new Found(Position.ZERO, null, 0);

  /**
   * @param length of the lease
   */
  SinkAcquireCall(
      SinkShard shard, RedisLink link, EventLog log, Instance instance, Duration length) {
    this.shard = shard;
    this.link = link;
    this.log = log;
    this.instance = instance;
    this.length = length;
  }

  /**
   * Where the sink stands.
   *
   * @param read up to where each event is done or open
   * @param replayEnd of the range that is replayed; null if none is
   * @param clock of Redis, in milliseconds
   */
  record Found(Position read, @Nullable Position replayEnd, long clock) {}

  /** With the last lease that was acquired. */
  Found found() {
    return found;
  }

  @Override
  public Future<AcquireResult> run() {
    Request request =
        ACQUIRE
            .call(
                shard.log().events(),
                shard.log().log(),
                shard.names().state(),
                shard.names().lease(),
                shard.names().open())
            .arg(instance.name())
            .arg(length.toMillis())
            .arg(log.newLife())
            .arg(log.newLife())
            .arg(shard.log().seen())
            .arg(shard.group())
            .arg(shard.sink().start())
            .arg(instance.process());
    return ACQUIRE.run(link, request).map(this::result);
  }

  private AcquireResult result(Response reply) {
    return switch (reply.get(0).toString()) {
      case "held" ->
          new AcquireResult.Held(reply.get(1).toString(), RedisNumber.longOf(reply.get(2)));
      case "paused" -> new AcquireResult.Paused();
      case "broken" -> new AcquireResult.Broken(reply.get(1).toString());
      default -> {
        String replay = reply.get(6).toString();
        found =
            new Found(
                Position.parse(reply.get(5).toString()),
                replay.isEmpty() ? null : Position.parse(replay),
                RedisNumber.longOf(reply.get(8)));
        yield new AcquireResult.Acquired(
            new Lease(
                reply.get(1).toString(),
                reply.get(2).toString(),
                Position.parse(reply.get(3).toString()),
                Position.parse(reply.get(4).toString()),
                false,
                RedisNumber.intOf(reply.get(7)) == 1,
                null));
      }
    };
  }
}
