package penstock.feed.connection;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long a connection may last: a random time of the last quarter of the most. */
final class ConnectionLifetime {

  private static final int SPREAD = 4;

  private final long end;

  ConnectionLifetime(Duration most) {
    long nanos = most.toNanos();
    end = System.nanoTime() + nanos - ThreadLocalRandom.current().nextLong(1 + nanos / SPREAD);
  }

  /**
   * @param now in terms of {@link System#nanoTime}
   */
  boolean isOver(long now) {
    return now - end >= 0;
  }
}
