package penstock.consumer.worker;

import io.vertx.core.Future;
import java.time.Duration;
import penstock.consumer.Instance;
import penstock.consumer.Shard;
import penstock.consumer.membership.ControlMessage;
import penstock.consumer.membership.Membership;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;

/**
 * The lease of one shard in Redis. Futures complete on the link's own thread and fail as {@link
 * RedisLink} says; a refusal is a reply error with the code that the script's header names.
 */
public final class LeaseRepository {

  private static final Script RENEW = Script.named("renew");
  private static final Script RELEASE = Script.named("release");
  private static final Script HALT = Script.named("halt");

  /**
   * The one step of a lease in which kinds of shards differ: what must be ready before the work.
   */
  @FunctionalInterface
  public interface Acquisition {
    Future<AcquireResult> run();
  }

  private final Shard shard;
  private final RedisLink link;
  private final Acquisition acquire;
  private final Instance instance;
  private final Membership membership;
  private final Duration length;

  /**
   * @param link on which the commits go too: what is sent there is done in order
   * @param acquire runs the script that takes the lease together with a new fence
   * @param length of the lease
   */
  public LeaseRepository(
      Shard shard,
      RedisLink link,
      Acquisition acquire,
      Instance instance,
      Membership membership,
      Duration length) {
    this.shard = shard;
    this.link = link;
    this.acquire = acquire;
    this.instance = instance;
    this.membership = membership;
    this.length = length;
  }

  Future<AcquireResult> acquire() {
    return acquire.run();
  }

  /**
   * What a renewal finds.
   *
   * @param ageMillis of the first event that is not done; -1 if there is none
   * @param pending entries that the group's consumers have not acknowledged
   * @param commands that wait for the holder
   * @param deadLetters that were set aside and that are still there
   * @param paused it is not to be worked until someone lets it go on
   */
  public record Renewal(
      long ageMillis, long pending, int commands, long deadLetters, boolean paused) {}

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
                .arg(shard.group())
                .arg(shard.names().progress()))
        .map(
            reply ->
                new Renewal(
                    RedisNumber.longOf(reply.get(0)),
                    RedisNumber.longOf(reply.get(1)),
                    RedisNumber.intOf(reply.get(2)),
                    RedisNumber.longOf(reply.get(3)),
                    RedisNumber.intOf(reply.get(4)) == 1));
  }

  /** Gives the lease back, and notifies those that wait for it. */
  Future<Void> release(Lease lease) {
    return RELEASE
        .run(link, RELEASE.call(shard.names().state(), shard.names().lease()).arg(lease.fence()))
        .compose(released -> membership.send(ControlMessage.Type.RELEASED, shard.names().state()));
  }

  /** Halts the shard for a reason, and gives the lease back. */
  Future<Void> halt(Lease lease, String reason) {
    return HALT.run(
            link,
            HALT.call(shard.names().state(), shard.names().lease()).arg(lease.fence()).arg(reason))
        .mapEmpty();
  }
}
