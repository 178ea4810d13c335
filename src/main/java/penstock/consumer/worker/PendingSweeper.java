package penstock.consumer.worker;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import penstock.consumer.BlockingCall;
import penstock.consumer.Shard;
import penstock.redis.RedisLink;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Position;

/**
 * Puts the group's pending list right, which is bookkeeping: what is applied is acknowledged, what
 * other consumers were given is claimed. Belongs to whoever has its task's turn, and blocks.
 */
public final class PendingSweeper {

  private static final Logger LOG = Logger.getLogger(PendingSweeper.class);
  private static final Script SWEEP = Script.named("sweep");

  private final Shard shard;
  private final RedisLink link;
  private final String consumer;
  private final LeaseKeeper leases;
  private final Consumer<Position> suspects;
  private final ShardMonitor monitor;

  /**
   * @param consumer the name of this instance
   * @param suspects gets the entries claimed that were delivered more than once to holders that
   *     died
   */
  public PendingSweeper(
      Shard shard,
      RedisLink link,
      String consumer,
      LeaseKeeper leases,
      Consumer<Position> suspects,
      ShardMonitor monitor) {
    this.shard = shard;
    this.link = link;
    this.consumer = consumer;
    this.leases = leases;
    this.suspects = suspects;
    this.monitor = monitor;
  }

  /**
   * Acknowledges and claims, in steps; the lease is renewed between them.
   *
   * @param died whether the holder before died, so that what it was given counts as delivered
   * @return how many entries were acknowledged
   */
  public int sweep(Lease lease, Position applied, boolean died) throws InterruptedException {
    int acknowledged = 0;
    Position claimed = applied;
    boolean more;
    do {
      Response step = BlockingCall.of(SWEEP.run(link, request(lease, claimed, died)));
      acknowledged += RedisNumber.intOf(step.get(0));
      claimed = Position.parse(step.get(2).toString());
      more = RedisNumber.intOf(step.get(3)) == 1;
      step.get(4).forEach(id -> suspects.accept(Position.parse(id.toString())));
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
        .arg(died ? 1 : 0)
        .arg(shard.names().progress());
  }

  /**
   * Acknowledges, logs and counts what is still pending although all that the log holds is applied:
   * it is not in the log any more.
   */
  public void sweepVanished(Lease lease, Position applied) throws InterruptedException {
    int vanished = sweep(lease, applied, false);
    if (vanished > 0) {
      monitor.vanished(vanished);
      LOG.warnf(
          "entries were removed from the log before they were applied: %s entries=%d",
          shard, vanished);
    }
  }
}
