package penstock.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The service under load while something befalls its Redis, one thing after the other; and what the
 * checker finds then.
 *
 * @param violations with all that is needed to look into them, if there are some
 * @param resets that readers were told of
 */
record FaultRun(List<String> violations, int resets) {

  /** What befalls it; returns when all is well again. */
  @FunctionalInterface
  interface Step {

    /**
     * @return what may be lost of what was not replicated; null if nothing may be
     */
    @Nullable Loss perform() throws Exception;
  }

  /**
   * @param partitions of the stream that all write to and read
   */
  static Settings settings(int partitions) {
    return new Settings(
        Long.getLong("cluster.seed", System.nanoTime()),
        Duration.ofSeconds(30),
        2,
        partitions,
        3,
        3,
        400,
        Duration.ofSeconds(2));
  }

  /**
   * Performs them all.
   *
   * @param what it is called where it tells what it found
   * @param replicated whether nothing was acknowledged that was not replicated
   * @param patience for what the checker waits for
   */
  static FaultRun of(
      String what, Cluster cluster, List<Step> steps, boolean replicated, Duration patience)
      throws Exception {
    Settings settings = cluster.settings();
    List<Loss> losses = new ArrayList<>();
    try (Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
        FeedFollowers followers = new FeedFollowers(settings, cluster.uris(), Cluster.STREAM)) {
      for (Step step : steps) {
        Failover.pause(Duration.ofSeconds(2));
        Loss loss = step.perform();
        if (loss != null) {
          losses.add(replicated ? Loss.ofWhatWasNotAcknowledged() : loss);
        }
      }
      Failover.pause(Duration.ofSeconds(2));
      producers.stop();
      List<String> violations =
          check(new Checker(cluster, patience, losses, List.of()), producers, followers);
      System.out.printf(
          "%s: seed %d: %d acknowledged, %d of unknown outcome, %d requests retried, %d known already, %d resets, %d connects%n",
          what,
          settings.seed(),
          producers.acknowledged(),
          producers.unknown(),
          producers.retries(),
          producers.duplicates(),
          followers.resets(),
          followers.connects());
      if (!violations.isEmpty()) {
        violations.add(settings + "\n" + cluster.logs());
      }
      return new FaultRun(violations, followers.resets());
    }
  }

  /** Who cannot be asked in the end, when all is well again, is wrong as well. */
  private static List<String> check(Checker checker, Producers producers, FeedFollowers followers)
      throws Exception {
    try {
      return checker.check(producers, followers);
    } catch (IOException refused) {
      return new ArrayList<>(List.of("what is there cannot be read: " + refused.getMessage()));
    }
  }
}
