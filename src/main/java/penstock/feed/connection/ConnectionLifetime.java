package penstock.feed.connection;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long a connection may last: a random time of the last quarter of the most. */
final class ConnectionLifetime {

  private static final int SPREAD = 4;

  private ConnectionLifetime() {}

  /** When one that begins now ends, in terms of {@link System#nanoTime}. */
  static long end(Duration most) {
    long nanos = most.toNanos();
    return System.nanoTime() + nanos - ThreadLocalRandom.current().nextLong(1 + nanos / SPREAD);
  }
}
