package penstock.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimitTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final RateLimit limit = new RateLimit(60, 0);

  @Test
  void spreadsEvenly() {
    limit.take(0);
    assertThat(limit.pause(0)).isEqualTo(SECOND);
    limit.take(0);
    assertThat(limit.pause(0)).isEqualTo(2 * SECOND);
    assertThat(limit.pause(2 * SECOND)).isZero();
  }

  /** Who was silent for long may not send much at once. */
  @Test
  void savesNothing() {
    limit.take(0);
    limit.take(100 * SECOND);
    assertThat(limit.pause(100 * SECOND)).isEqualTo(SECOND);
  }
}
