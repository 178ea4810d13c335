package penstock.tenant;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * What one tenant has left on this instance. Any thread.
 *
 * @see TenantMonitor for what it keeps altogether
 */
final class TenantQuota {

  private final TenantLimits limits;
  private final @Nullable RateQuota rate;
  private final TenantMonitor monitor;
  private final String tenant;
  private final RefusalMeters meters;

  /** What this instance appended since the events were counted. */
  private final AtomicLong stored = new AtomicLong();

  private final AtomicLong delayed = new AtomicLong();
  private volatile long countedAt = -1;

  /**
   * @param rate null if it is not limited
   */
  TenantQuota(
      String tenant,
      TenantLimits limits,
      @Nullable RateQuota rate,
      TenantMonitor monitor,
      RefusalMeters meters) {
    this.tenant = tenant;
    this.limits = limits;
    this.rate = rate;
    this.monitor = monitor;
    this.meters = meters;
  }

  long mostSubscribers() {
    return limits.subscribers();
  }

  /**
   * Refuses what will be refused, as far as that is known before the body of a request is read.
   *
   * @throws ProblemException it will
   */
  void check() {
    long wait = rate == null ? 0 : rate.refusal();
    if (wait > 0) {
      throw exhausted(wait);
    }
    if (limits.hasCount()) {
      TenantMonitor.Count counted = counted();
      if (counted.stored() + stored.get() >= limits.stored()) {
        meters.refused(RefusalMeters.Kind.STORED);
        throw full("stored-events", limits.stored(), "keeps as many events");
      }
    }
  }

  /**
   * Takes what an append needs; fails with a problem if that is not left.
   *
   * @param waiting how many of the events are to wait
   */
  Future<Void> take(int events, long bytes, int waiting) {
    if (waiting > 0
        && limits.hasCount()
        && counted().delayed() + delayed.get() + waiting > limits.delayed()) {
      meters.refused(RefusalMeters.Kind.DELAYED);
      return Future.failedFuture(
          full("delayed-events", limits.delayed(), "has as many events that wait"));
    }
    Future<Void> taken = rate == null ? Future.succeededFuture() : rate.take(events, bytes);
    if (taken.succeeded()) {
      took(events, waiting);
      return taken;
    }
    return taken
        .onSuccess(done -> took(events, waiting))
        .recover(
            failure ->
                Future.failedFuture(
                    failure instanceof RateException empty
                        ? exhausted(empty.waitNanos())
                        : failure));
  }

  private void took(int events, int waiting) {
    if (limits.hasCount()) {
      stored.addAndGet(events - waiting);
      delayed.addAndGet(waiting);
    }
  }

  private TenantMonitor.Count counted() {
    long now = monitor.counted();
    if (now != countedAt) {
      countedAt = now;
      stored.set(0);
      delayed.set(0);
    }
    return monitor.of(tenant);
  }

  private ProblemException exhausted(long waitNanos) {
    meters.refused(RefusalMeters.Kind.RATE);
    Problem problem =
        Problem.passing(
            ProblemType.RATE_LIMITED,
            "Nothing was written: as much was appended as there may be in a second. Retry later.",
            Duration.ofNanos(waitNanos));
    if (limits.events() != TenantLimits.UNLIMITED) {
      problem = problem.with(RateHeader.EVENTS, limits.events());
    }
    if (limits.bytes() != TenantLimits.UNLIMITED) {
      problem = problem.with(RateHeader.BYTES, limits.bytes());
    }
    return problem.exception();
  }

  private ProblemException full(String limit, long most, String what) {
    return Problem.passing(
            ProblemType.QUOTA_EXCEEDED,
            "Nothing was written: the caller's tenant "
                + what
                + " as it may, which is "
                + most
                + ".",
            monitor.interval())
        .with("limit", limit)
        .exception();
  }
}
