package penstock.projection.worker;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jboss.logging.Logger;
import penstock.projection.BlockingCall;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Position;

/**
 * Puts the group's pending list right, which is bookkeeping: what is applied is acknowledged, what
 * other consumers were given is claimed. Belongs to its task's thread, and blocks.
 */
final class PendingSweeper {

  private static final Logger LOG = Logger.getLogger(PendingSweeper.class);
  private static final Script SWEEP = Script.named("sweep");

  private final ProjectionShard shard;
  private final RedisLink link;
  private final String consumer;
  private final LeaseKeeper leases;
  private final Suspects suspects;
  private final ShardMeters meters;

  /**
   * @param consumer the name of this instance
   * @param suspects gets the entries claimed that were delivered more than once to holders that
   *     died
   */
  PendingSweeper(
      ProjectionShard shard,
      RedisLink link,
      String consumer,
      LeaseKeeper leases,
      Suspects suspects,
      ShardMeters meters) {
    this.shard = shard;
    this.link = link;
    this.consumer = consumer;
    this.leases = leases;
    this.suspects = suspects;
    this.meters = meters;
  }

  /**
   * Acknowledges and claims, in steps; the lease is renewed between them.
   *
   * @param died whether the holder before died, so that what it was given counts as delivered
   * @return how many entries were acknowledged
   */
  int sweep(Lease lease, Position applied, boolean died) throws InterruptedException {
    int acknowledged = 0;
    Position claimed = applied;
    boolean more;
    do {
      Response step = BlockingCall.of(SWEEP.run(link, request(lease, claimed, died)));
      acknowledged += RedisNumber.intOf(step.get(0));
      claimed = Position.parse(step.get(2).toString());
      more = RedisNumber.intOf(step.get(3)) == 1;
      step.get(4).forEach(id -> suspects.add(Position.parse(id.toString())));
      leases.renewIfDue(lease);
    } while (more);
    return acknowledged;
  }

  private Request request(Lease lease, Position claimAfter, boolean died) {
    return SWEEP
        .call(shard.log().events(), shard.names().state())
        .arg(lease.fence())
        .arg(shard.group())
        .arg(consumer)
        .arg(claimAfter.toString())
        .arg(died ? 1 : 0);
  }

  /**
   * Acknowledges, logs and counts what is still pending although all that the log holds is applied:
   * it is not in the log any more.
   */
  void sweepVanished(Lease lease, Position applied) throws InterruptedException {
    int vanished = sweep(lease, applied, false);
    if (vanished > 0) {
      meters.vanished(vanished);
      LOG.warnf(
          "entries were removed from the log before they were applied: %s entries=%d",
          shard, vanished);
    }
  }
}
