package penstock.projection.worker;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.consumer.worker.Lease;
import penstock.consumer.worker.LeaseKeeper;
import penstock.consumer.worker.PendingSweeper;
import penstock.projection.ProjectionShard;
import penstock.stream.Position;

/**
 * What a new holder of a lease does before it reads: entries of an earlier life of the log go, and
 * what the holder before was given is claimed. Belongs to whoever has its task's turn, and blocks.
 */
final class Takeover {

  private static final Logger LOG = Logger.getLogger(Takeover.class);

  private final ProjectionShard shard;
  private final LeaseKeeper leases;
  private final EntryRepository entries;
  private final PendingSweeper sweeper;
  private final Suspects suspects;

  Takeover(
      ProjectionShard shard,
      LeaseKeeper leases,
      EntryRepository entries,
      PendingSweeper sweeper,
      Suspects suspects) {
    this.shard = shard;
    this.leases = leases;
    this.entries = entries;
    this.sweeper = sweeper;
    this.suspects = suspects;
  }

  /** Returns the position up to which the view has applied the log in its present life. */
  Position prepare(Lease lease) throws InterruptedException {
    Position applied = lease.applied();
    if (lease.stale()) {
      LOG.warnf("the log has a new life, the view starts anew: %s", shard);
      while (entries.clearSome(lease)) {
        leases.renewIfDue(lease);
      }
      applied = Position.ZERO;
    }
    sweeper.sweep(lease, applied, lease.died());
    @Nullable Position lone = lease.lone();
    if (lone != null) {
      suspects.add(lone);
    }
    suspects.applied(applied);
    return applied;
  }
}
