package penstock.consumer.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import penstock.consumer.BlockingCall;

/**
 * Keeps the lease of one shard while this instance works it: renews it when a third of its length
 * has passed. Belongs to whoever has its task's turn; what asks Redis blocks.
 */
public final class LeaseKeeper {

  private static final int RENEWALS = 3;

  private final LeaseRepository leases;
  private final ShardMonitor monitor;
  private final Duration interval;
  private @Nullable Lease held;
  private long renewed;
  private volatile boolean isDue;

  /**
   * @param length of the lease
   */
  public LeaseKeeper(LeaseRepository leases, ShardMonitor monitor, Duration length) {
    this.leases = leases;
    this.monitor = monitor;
    this.interval = length.dividedBy(RENEWALS);
  }

  /** After how much time the lease is renewed. */
  public Duration interval() {
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

  /** It is to be renewed. */
  boolean isDue() {
    return isDue || System.nanoTime() - renewed >= interval.toNanos();
  }

  /** Null if it was not due. */
  public LeaseRepository.@Nullable Renewal renewIfDue(Lease lease) throws InterruptedException {
    if (!isDue()) {
      return null;
    }
    isDue = false;
    LeaseRepository.Renewal renewal = BlockingCall.of(leases.renew(lease));
    renewed = System.nanoTime();
    monitor.renewed(renewal);
    return renewal;
  }

  /** Has it renewed with the next step, which tells what there is to do. Any thread. */
  void renewSoon() {
    isDue = true;
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
