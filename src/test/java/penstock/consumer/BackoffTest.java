package penstock.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void growsToItsBoundAndStaysThere() {
    var backoff = new Backoff(Duration.ofSeconds(5));
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int failures = 1; failures < 200; failures++) {
      long bound = Math.min(5_000, 50L << Math.min(20, failures - 1));
      assertThat(backoff.after(failures, random).toMillis())
          .as("seed %d failures %d", seed, failures)
          .isBetween(bound / 2, bound);
    }
  }
}
