package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Presence on the packaged service, while instances and Redis are killed: every member's history is
 * a legal one, each time-out is told once, and nobody times out whose heartbeat was acknowledged in
 * time. {@code -Dcluster.minutes=} and {@code -Dcluster.seed=} as for {@link ClusterIT}.
 */
class PresenceIT {

  private static final int MEMBERS = 60;

  /**
   * How late a time-out may be at p99 without faults. 250 is what is promised, and asked for on a
   * quiet machine; one that starts two JVMs beside other work keeps them waiting for longer.
   */
  private static final long MOST_LATE_MILLIS = Long.getLong("cluster.presence.late.millis", 250);

  private final Settings settings = Settings.fromProperties();

  @Test
  void withoutFaultsTimeOutsAreToldSoon() throws Exception {
    try (Cluster cluster = cluster(ServiceProcess.PACKAGED);
        PresentMembers members = new PresentMembers(settings.seed(), cluster.uris(), MEMBERS, 2)) {
      pause(Duration.ofSeconds(12));
      PresenceChecker checker = end(cluster, members, List.of());
      assertThat(checker.timeOuts()).isGreaterThan(MEMBERS);
      assertThat(checker.lateness(99)).as(checker::toString).isLessThanOrEqualTo(MOST_LATE_MILLIS);
    }
  }

  @Test
  void whateverDiesEachTimeOutIsToldOnce() throws Exception {
    Random random = new Random(settings.seed());
    try (Cluster cluster = cluster(ServiceProcess.PACKAGED);
        PresentMembers members = new PresentMembers(settings.seed(), cluster.uris(), MEMBERS, 2)) {
      long start = System.nanoTime();
      while (System.nanoTime() - start < settings.duration().toNanos()) {
        pause(Duration.ofMillis(500 + random.nextInt(1_500)));
        ServiceProcess one = cluster.members().get(random.nextInt(settings.instances())).process();
        switch (random.nextInt(4)) {
          case 0, 1 -> {
            one.kill();
            pause(Duration.ofMillis(random.nextInt(2_000)));
            one.start();
            one.awaitReady();
          }
          case 2 -> {
            one.pause();
            pause(Duration.ofMillis(random.nextInt(3_000)));
            one.resume();
          }
          default -> {
            cluster.redis().kill();
            pause(Duration.ofMillis(random.nextInt(1_000)));
            cluster.redis().startAgain();
          }
        }
      }
      cluster.members().forEach(member -> member.process().awaitReady());
      end(cluster, members, List.of());
    }
  }

  /** Without taking a member out of its room, a time-out is told again by the next heartbeat. */
  @Test
  void theCheckerTellsAMutantFromTheProduct() throws Exception {
    try (Cluster cluster = cluster(Mutant.WITHOUT_REMOVAL_OF_TIMED_OUT.packaged());
        PresentMembers members = new PresentMembers(settings.seed(), cluster.uris(), MEMBERS, 0)) {
      pause(Duration.ofSeconds(6));
      end(cluster, members, List.of("timed-out of"));
    }
  }

  private Cluster cluster(Path application) {
    return new Cluster(
        application,
        settings,
        Map.of("penstock.streams.presence.partitions", "2", "penstock.redis.timeout", "2s"));
  }

  private static void pause(Duration time) throws InterruptedException {
    new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private PresenceChecker end(Cluster cluster, PresentMembers members, List<String> expected)
      throws Exception {
    members.stop();
    for (int partition = 0; partition < 2; partition++) {
      String due = "ps:{presence/" + partition + "}:due:presence";
      await().until(() -> cluster.redis().ask("ZCARD", due), left -> left.equals(0L));
    }
    PresenceChecker checker = PresenceChecker.of(cluster.uris().getFirst());
    List<String> violations = checker.check(members.acknowledged());
    System.out.printf(
        "presence: seed %d, %s, %d heartbeats acknowledged: %s%n",
        settings.seed(), cluster.redis().version(), members.acknowledged().size(), checker);
    if (expected.isEmpty()) {
      violations.addAll(members.unexpected());
      assertThat(violations).as(() -> settings + "\n" + cluster.logs()).isEmpty();
    } else {
      assertThat(violations).as(settings::toString).isNotEmpty();
      assertThat(violations).anyMatch(one -> one.startsWith(expected.getFirst()));
    }
    return checker;
  }
}
