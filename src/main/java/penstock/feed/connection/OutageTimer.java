package penstock.feed.connection;

import java.time.Duration;

/** How long a reader has been failed by Redis. Belongs to its event loop. */
public final class OutageTimer {

  private static final long NONE = -1;

  private final long patienceNanos;
  private long since = NONE;

  OutageTimer(Duration patience) {
    this.patienceNanos = patience.toNanos();
  }

  /** Something failed, perhaps again: whether this has gone on for too long. */
  public boolean outlasts(long now) {
    if (since == NONE) {
      since = now;
    }
    return now - since > patienceNanos;
  }

  /** Something succeeded. */
  public void end() {
    since = NONE;
  }
}
