package penstock.projection.worker;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import penstock.projection.Instance;
import penstock.projection.ProjectionShard;
import penstock.projection.membership.ControlMessage;
import penstock.projection.membership.Membership;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Position;
import penstock.stream.log.EventLog;

/**
 * The lease of one shard in Redis. Futures complete on the link's own thread and fail as {@link
 * RedisLink} says; a refusal is a reply error with the code that the script's header names.
 */
final class LeaseRepository {

  private static final Script ACQUIRE = Script.named("acquire");
  private static final Script RENEW = Script.named("renew");
  private static final Script RELEASE = Script.named("release");
  private static final Script HALT = Script.named("halt");

  private final ProjectionShard shard;
  private final RedisLink link;
  private final EventLog log;
  private final Instance instance;
  private final Membership membership;
  private final Duration length;

  /**
   * @param link on which the commits go too: what is sent there is done in order
   * @param length of the lease
   */
  LeaseRepository(
      ProjectionShard shard,
      RedisLink link,
      EventLog log,
      Instance instance,
      Membership membership,
      Duration length) {
    this.shard = shard;
    this.link = link;
    this.log = log;
    this.instance = instance;
    this.membership = membership;
    this.length = length;
  }

  Future<AcquireResult> acquire() {
    Request request =
        ACQUIRE
            .call(
                shard.log().events(),
                shard.log().log(),
                shard.names().state(),
                shard.names().lease(),
                shard.names().index())
            .arg(instance.name())
            .arg(length.toMillis())
            .arg(log.newLife())
            .arg(log.newLife())
            .arg(shard.log().seen())
            .arg(shard.group())
            .arg(shard.view().acceptPartialHistory() ? 1 : 0)
            .arg(instance.process())
            .arg(shard.view().haltsOnError() ? 1 : 0);
    return ACQUIRE.run(link, request).map(LeaseRepository::result);
  }

  private static AcquireResult result(Response reply) {
    return switch (reply.get(0).toString()) {
      case "held" ->
          new AcquireResult.Held(reply.get(1).toString(), RedisNumber.longOf(reply.get(2)));
      case "broken" -> new AcquireResult.Broken(reply.get(1).toString());
      case "partial" -> new AcquireResult.Partial(Position.parse(reply.get(1).toString()));
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

  /**
   * What a renewal finds.
   *
   * @param ageMillis of the first event that is not applied; -1 if there is none
   * @param pending entries that the group's consumers have not acknowledged
   * @param commands that wait for the holder
   * @param deadLetters that the generation set aside and that are still there
   */
  record Renewal(long ageMillis, long pending, int commands, long deadLetters) {}

  Future<Renewal> renew(Lease lease) {
    return RENEW
        .run(
            link,
            RENEW
                .call(
                    shard.names().state(),
                    shard.names().lease(),
                    shard.log().events(),
                    shard.names().requests())
                .arg(lease.fence())
                .arg(instance.name())
                .arg(length.toMillis())
                .arg(shard.group()))
        .map(
            reply ->
                new Renewal(
                    RedisNumber.longOf(reply.get(0)),
                    RedisNumber.longOf(reply.get(1)),
                    RedisNumber.intOf(reply.get(2)),
                    RedisNumber.longOf(reply.get(3))));
  }

  /** Gives the lease back, and notifies those that wait for it. */
  Future<Void> release(Lease lease) {
    return RELEASE
        .run(link, RELEASE.call(shard.names().state(), shard.names().lease()).arg(lease.fence()))
        .compose(released -> membership.send(ControlMessage.Type.RELEASED, shard.names().state()));
  }

  /** Halts the view's partition for a reason, and gives the lease back. */
  Future<Void> halt(Lease lease, String reason) {
    return HALT.run(
            link,
            HALT.call(shard.names().state(), shard.names().lease()).arg(lease.fence()).arg(reason))
        .mapEmpty();
  }
}
