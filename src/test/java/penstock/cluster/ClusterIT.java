package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import penstock.Patience;

/**
 * The packaged service under load and faults. {@code -Dcluster.seed=}, {@code -Dcluster.minutes=}
 * and so on choose what {@link Settings} has; docs/testing.md tells how to run it by hand.
 */
class ClusterIT {

  @Test
  void withoutLossEveryAcknowledgedEventIsAppliedOnce() throws Exception {
    run(Fault.OF_REDIS);
  }

  @Test
  void afterALossTheViewsAreWhatTheLogStillHas() throws Exception {
    Set<Fault> faults = EnumSet.copyOf(Fault.LOSSES);
    faults.addAll(EnumSet.of(Fault.KILL_REDIS, Fault.CLIENT_KILL));
    run(faults);
  }

  @Test
  void whatIsTrimmedBeforeItWasAppliedStopsNothing() throws Exception {
    run(EnumSet.of(Fault.TRIM, Fault.KILL_REDIS, Fault.DELETE_CONSUMER, Fault.DESTROY_GROUP));
  }

  private static void run(Set<Fault> ofRedis) throws Exception {
    Settings settings = Settings.fromProperties();
    Chronicle chronicle = new Chronicle();
    boolean losing = ofRedis.stream().anyMatch(Fault.LOSSES::contains);
    System.out.printf("cluster: %s, faults of Redis %s%n", settings, ofRedis);
    try (Cluster cluster = new Cluster(ServiceProcess.PACKAGED, settings, Map.of());
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
        FeedFollowers followers = new FeedFollowers(settings, cluster.uris(), Cluster.STREAM);
        FenceWatch fences = new FenceWatch(cluster);
        Faults faults = new Faults(cluster, chronicle, losing)) {
      faults.lane("processes", Fault.OF_PROCESSES, settings.seed() + 1);
      faults.lane("redis", ofRedis, settings.seed() + 2);
      faults.lane("network", Fault.OF_NETWORK, settings.seed() + 3);
      faults.lane(
          "operators",
          ofRedis.contains(Fault.TRIM) ? EnumSet.of(Fault.REPLAY) : Fault.OF_OPERATORS,
          settings.seed() + 4);
      new CountDownLatch(1).await(settings.duration().toNanos(), TimeUnit.NANOSECONDS);
      List<String> violations;
      try {
        faults.stop();
        producers.stop();
        Checker checker = new Checker(cluster, Patience.LIMIT, faults.losses(), faults.trims());
        violations = checker.check(producers, followers);
        if (faults.trims().isEmpty()) {
          checker.checkRebuild(settings.duration());
        }
        violations.addAll(fences.violations());
        violations.addAll(faults.failures());
        System.out.printf(
            "cluster: seed %d: Redis %s, %d leases taken, %d commits, %d events in the log, %d acknowledged, %d of unknown outcome, %d"
                + " requests retried, %d events known already, feeds: %d connects, %d resets,"
                + " faults: %s%n",
            settings.seed(),
            cluster.redis().version(),
            fences.acquired(),
            fences.commits(),
            checker.events(),
            producers.acknowledged(),
            producers.unknown(),
            producers.retries(),
            producers.duplicates(),
            followers.connects(),
            followers.resets(),
            chronicle.counts());
      } catch (RuntimeException | java.io.IOException e) {
        throw new AssertionError(report(settings, chronicle, cluster), e);
      }
      assertThat(violations).as(() -> report(settings, chronicle, cluster)).isEmpty();
    }
  }

  private static String report(Settings settings, Chronicle chronicle, Cluster cluster) {
    return settings + "\n" + chronicle + "\n" + cluster.logs();
  }
}
