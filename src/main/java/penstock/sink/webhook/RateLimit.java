package penstock.sink.webhook;

import java.time.Duration;

/**
 * Requests a minute that a receiver has agreed to, evenly spread. For one event loop.
 *
 * <p>With 60 a minute, three requests at the same moment are sent now, in 1 s and in 2 s.
 */
final class RateLimit {

  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private final long gapNanos;
  private long nextNanos;

  /**
   * @param perMinute at least 1
   * @param nanos by {@link System#nanoTime}
   */
  RateLimit(int perMinute, long nanos) {
    this.gapNanos = MINUTE_NANOS / perMinute;
    this.nextNanos = nanos;
  }

  /** How long it is until the next request may be sent, in nanoseconds. */
  long pause(long nanos) {
    return Math.max(0, nextNanos - nanos);
  }

  /** The next request is sent as soon as it may. */
  void take(long nanos) {
    nextNanos = Math.max(nanos, nextNanos) + gapNanos;
  }
}
