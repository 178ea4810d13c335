package penstock.projection.worker;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import penstock.consumer.Instance;
import penstock.consumer.worker.AcquireResult;
import penstock.consumer.worker.Lease;
import penstock.consumer.worker.LeaseRepository;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Position;
import penstock.stream.log.EventLog;

/**
 * Takes the lease of a view's shard.
 *
 * @param length of the lease
 */
record ViewAcquireCall(
    ProjectionShard shard, RedisLink link, EventLog log, Instance instance, Duration length)
    implements LeaseRepository.Acquisition {

  private static final Script ACQUIRE = Script.named("acquire");

  @Override
  public Future<AcquireResult> run() {
    Request request =
        ACQUIRE
            .call(
                shard.log().events(),
                shard.log().log(),
                shard.names().state(),
                shard.names().lease(),
                shard.names().index(),
                shard.names().changes())
            .arg(instance.name())
            .arg(length.toMillis())
            .arg(log.newLife())
            .arg(log.newLife())
            .arg(shard.log().seen())
            .arg(shard.group())
            .arg(shard.view().acceptPartialHistory() ? 1 : 0)
            .arg(instance.process())
            .arg(shard.view().haltsOnError() ? 1 : 0);
    return ACQUIRE.run(link, request).map(this::result);
  }

  private AcquireResult result(Response reply) {
    return switch (reply.get(0).toString()) {
      case "held" ->
          new AcquireResult.Held(reply.get(1).toString(), RedisNumber.longOf(reply.get(2)));
      case "broken" -> new AcquireResult.Broken(reply.get(1).toString());
      case "partial" ->
          new AcquireResult.Broken(
              "the log was trimmed up to %s before the view began; set penstock.views.%s.accept-partial-history=true to build it from what is left"
                  .formatted(reply.get(1), shard.view().name()));
      default ->
          new AcquireResult.Acquired(
              new Lease(
                  reply.get(1).toString(),
                  reply.get(2).toString(),
                  Position.parse(reply.get(3).toString()),
                  Position.parse(reply.get(4).toString()),
                  RedisNumber.intOf(reply.get(6)) == 1,
                  RedisNumber.intOf(reply.get(7)) == 1,
                  reply.get(8) == null ? null : Position.parse(reply.get(8).toString())));
    };
  }
}
