package penstock.feed.connection;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import penstock.security.identity.Caller;

/** How long a reader's caller is known: what it is known by expires. */
final class CallerLifetime {

  /** More than any process lives, and little enough to be reckoned with. */
  private static final Duration FOR_EVER = Duration.ofDays(10_000);

  private CallerLifetime() {}

  /**
   * When it ends, in terms of {@link System#nanoTime}, which costs less to look at, and does not
   * jump.
   */
  static long end(Caller caller, InstantSource clock) {
    Instant now = clock.instant();
    Duration left =
        caller.expires().isAfter(now.plus(FOR_EVER))
            ? FOR_EVER
            : Duration.between(now, caller.expires());
    return System.nanoTime() + left.toNanos();
  }
}
