package penstock.consumer;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to pause after failures in a row: doubled each time up to a bound, and spread over the
 * second half so that those who failed together do not return together.
 *
 * @param first the first one
 * @param longest the bound
 */
public record Backoff(Duration first, Duration longest) {

  private static final int STEPS = 100;
  private static final int MAX_DOUBLINGS = 20;

  /** The first one is a hundredth of the longest. */
  public Backoff(Duration longest) {
    this(longest.dividedBy(STEPS), longest);
  }

  /**
   * @param failures in a row, at least 1
   */
  public Duration after(int failures, RandomGenerator random) {
    long most = Math.max(2, longest.toMillis());
    long least = Math.max(2, first.toMillis());
    long bound = Math.min(most, least << Math.min(MAX_DOUBLINGS, failures - 1));
    return Duration.ofMillis(bound / 2 + random.nextLong(bound - bound / 2) + 1);
  }
}
