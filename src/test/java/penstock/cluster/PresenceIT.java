package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
  private static final String STREAM = "presence";
  private static final int PARTITIONS = 2;

  private static final Set<Fault> LOSING = losing();

  private static Set<Fault> losing() {
    Set<Fault> faults = EnumSet.copyOf(Fault.LOSSES);
    faults.addAll(EnumSet.of(Fault.DELETE_LOG, Fault.KILL_REDIS));
    return faults;
  }

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

  /**
   * A replica that lacks the last events, an emptied Redis, a log that is deleted: what the log has
   * at last is legal histories, whoever was acknowledged before a loss that took it, and a reader
   * who saw what is gone was told so by a reset.
   */
  @Test
  void afterALossHistoriesAreLegalAgain() throws Exception {
    underFaults(LOSING);
  }

  /** What is trimmed is gone from the log, and not from what is known of members. */
  @Test
  void whatIsTrimmedChangesNoHistory() throws Exception {
    underFaults(EnumSet.of(Fault.TRIM, Fault.KILL_REDIS));
  }

  private void underFaults(Set<Fault> ofRedis) throws Exception {
    Chronicle chronicle = new Chronicle();
    try (Cluster cluster = cluster(ServiceProcess.PACKAGED);
        PresentMembers members = new PresentMembers(settings.seed(), cluster.uris(), MEMBERS, 2);
        FeedFollowers followers = FeedFollowers.ofAll(settings, cluster.uris(), STREAM);
        Faults faults =
            new Faults(
                cluster, new FaultTarget(STREAM, PARTITIONS, false, List.of()), chronicle, true)) {
      faults.lane("processes", EnumSet.of(Fault.KILL_INSTANCE), settings.seed() + 1);
      faults.lane("redis", ofRedis, settings.seed() + 2);
      pause(settings.duration());
      faults.stop();
      members.stop();
      awaitSilence(cluster);
      PresenceChecker checker = PresenceChecker.of(cluster.uris().getFirst(), faults.trims());
      List<String> violations = checker.check(members.acknowledged(), faults.losses());
      violations.addAll(
          new FollowerChecker(cluster.redis(), STREAM, PARTITIONS, faults.losses(), faults.trims())
              .check(followers));
      violations.addAll(members.unexpected());
      violations.addAll(faults.failures());
      System.out.printf(
          "presence: seed %d, %s, %d heartbeats acknowledged: %s, feeds: %d connects, %d resets, faults: %s%n",
          settings.seed(),
          cluster.redis().version(),
          members.acknowledged().size(),
          checker,
          followers.connects(),
          followers.resets(),
          chronicle.counts());
      assertThat(violations)
          .as(() -> settings + "\n" + chronicle + "\n" + cluster.logs())
          .isEmpty();
    }
  }

  /** Members that joined in another life of the log are not there: nothing tells that they came. */
  @Test
  void theCheckerTellsABuildThatKeepsMembersOfALostLog() throws Exception {
    assertThat(deleted(ServiceProcess.PACKAGED)).as("the product").isEmpty();
    List<String> found = deleted(Mutant.WITHOUT_LIFE_OF_MEMBERS.packaged());
    System.out.printf("presence: members of a lost log: %s%n", found.stream().findFirst());
    assertThat(found).as("the mutant").isNotEmpty();
  }

  private List<String> deleted(Path application) throws Exception {
    Chronicle chronicle = new Chronicle();
    try (Cluster cluster = cluster(application);
        PresentMembers members = new PresentMembers(settings.seed(), cluster.uris(), MEMBERS, 0);
        Faults faults =
            new Faults(
                cluster, new FaultTarget(STREAM, PARTITIONS, false, List.of()), chronicle, true)) {
      Random random = new Random(settings.seed());
      for (int i = 0; i < 2 * PARTITIONS; i++) {
        pause(Duration.ofSeconds(2));
        faults.perform(Fault.DELETE_LOG, random);
      }
      pause(Duration.ofSeconds(2));
      members.stop();
      awaitSilence(cluster);
      return PresenceChecker.of(cluster.uris().getFirst(), List.of())
          .check(members.acknowledged(), faults.losses());
    }
  }

  private static void awaitSilence(Cluster cluster) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      String due = "ps:{presence/" + partition + "}:due:presence";
      await().until(() -> cluster.redis().ask("ZCARD", due), left -> left.equals(0L));
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
        Map.of(
            "penstock.streams.presence.partitions",
            "" + PARTITIONS,
            "penstock.redis.timeout",
            "2s"));
  }

  private static void pause(Duration time) throws InterruptedException {
    new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private PresenceChecker end(Cluster cluster, PresentMembers members, List<String> expected)
      throws Exception {
    members.stop();
    awaitSilence(cluster);
    PresenceChecker checker = PresenceChecker.of(cluster.uris().getFirst(), List.of());
    List<String> violations = checker.check(members.acknowledged(), List.of());
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
