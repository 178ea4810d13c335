package penstock.feed;

import java.util.concurrent.ThreadLocalRandom;

/** How long a client is to wait before it connects again. */
public final class ReconnectDelay {

  private ReconnectDelay() {}

  /** Milliseconds: those of the configuration, spread by half of them either way. */
  public static long millis(FeedConfig config) {
    long retry = Math.max(2, config.retry().toMillis());
    return retry / 2 + ThreadLocalRandom.current().nextLong(retry);
  }
}
