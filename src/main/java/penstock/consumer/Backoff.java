package penstock.consumer;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to pause after failures in a row: doubled each time up to a bound, and spread over the
 * second half so that those who failed together do not return together.
 *
 * @param longest the bound
 */
public record Backoff(Duration longest) {

  private static final int STEPS = 100;
  private static final int MAX_DOUBLINGS = 20;

  /**
   * @param failures in a row, at least 1
   */
  public Duration after(int failures, RandomGenerator random) {
    long most = Math.max(2, longest.toMillis());
    long first = Math.max(2, most / STEPS);
    long bound = Math.min(most, first << Math.min(MAX_DOUBLINGS, failures - 1));
    return Duration.ofMillis(bound / 2 + random.nextLong(bound - bound / 2) + 1);
  }
}
