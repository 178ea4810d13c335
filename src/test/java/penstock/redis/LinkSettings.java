package penstock.redis;

import java.time.Duration;

/** Settings of links, chosen by a test. */
record LinkSettings(Duration timeout, Duration reconnectBackoff, int maxPending)
    implements PenstockRedisConfig {

  @Override
  public String prefix() {
    return "ps";
  }

  @Override
  public Duration monitorInterval() {
    return Duration.ofSeconds(1);
  }

  @Override
  public Embedded embedded() {
    throw new UnsupportedOperationException();
  }
}
