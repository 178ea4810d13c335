package penstock.projection.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import penstock.projection.BlockingCall;

/**
 * Keeps the lease of one shard while this instance works it: renews it when a third of its length
 * has passed. Belongs to its task's thread, and blocks.
 */
final class LeaseKeeper {

  private static final int RENEWALS = 3;

  private final LeaseRepository leases;
  private final ShardMeters meters;
  private final Duration interval;
  private @Nullable Lease held;
  private long renewed;

  /**
   * @param length of the lease
   */
  LeaseKeeper(LeaseRepository leases, ShardMeters meters, Duration length) {
    this.leases = leases;
    this.meters = meters;
    this.interval = length.dividedBy(RENEWALS);
  }

  /** After how much time the lease is renewed. */
  Duration interval() {
    return interval;
  }

  /** Null while this instance does not work the shard, as far as it knows. */
  @Nullable Lease held() {
    return held;
  }

  AcquireResult acquire() throws InterruptedException {
    AcquireResult result = BlockingCall.of(leases.acquire());
    if (result instanceof AcquireResult.Acquired(Lease lease)) {
      held = lease;
      renewed = System.nanoTime();
    }
    return result;
  }

  /** Null if it was not due. */
  LeaseRepository.@Nullable Renewal renewIfDue(Lease lease) throws InterruptedException {
    if (System.nanoTime() - renewed < interval.toNanos()) {
      return null;
    }
    LeaseRepository.Renewal renewal = BlockingCall.of(leases.renew(lease));
    renewed = System.nanoTime();
    meters.renewed(renewal);
    return renewal;
  }

  void release(Lease lease) throws InterruptedException {
    BlockingCall.of(leases.release(lease));
  }

  void halt(Lease lease, String reason) throws InterruptedException {
    BlockingCall.of(leases.halt(lease, reason));
  }

  /** Forgets the lease, whatever Redis says of it. */
  void drop() {
    held = null;
  }
}
