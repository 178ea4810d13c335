package penstock.cluster;

import java.time.Duration;

/** Waits; shorter when the run ends. */
@FunctionalInterface
interface Pause {
  void pause(Duration time) throws InterruptedException;

  default void millis(long least, long spread, java.util.Random random)
      throws InterruptedException {
    pause(Duration.ofMillis(least + random.nextLong(spread + 1)));
  }
}
