package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import penstock.Patience;
import penstock.view.fold.Defect;

/**
 * Events that processes die of, or that a defect refuses, and what becomes of them when processes
 * are started again, restarted in turn, or replaced by ones without the defect.
 */
class PoisonIT {

  private static final Set<TestedView> COUNTS = EnumSet.of(TestedView.TALLY, TestedView.BY_SOURCE);
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final int PRODUCER = 100;

  private static final int LONE_ATTEMPTS = 2;
  private static final int ROLLING_RESTARTS = Integer.getInteger("cluster.restarts", 2);

  private static final int LETTERS = 300;
  private static final int KILLS = 3;
  private static final int REPLAYED_BEFORE_KILL = 30;

  /** So that hundreds of replays, each of which asks Redis several times, take seconds. */
  private static final Duration SLOW = Duration.ofMillis(2);

  private int next;

  private static Settings settings(int rate) {
    return new Settings(
        Long.getLong("cluster.seed", 1L), Duration.ZERO, 2, 1, rate == 0 ? 0 : 2, 0, rate, LEASE);
  }

  @Test
  void anEventThatProcessesDieOfIsSetAsideAndNothingElse() throws Exception {
    Settings settings = settings(200);
    try (Cluster cluster =
            new Cluster(
                Mutant.WITH_DEFECTIVE_COUNT.packaged(),
                settings,
                Map.of("penstock.projection.lone-attempts", "" + LONE_ATTEMPTS));
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      send(cluster, producers, List.of(event("a", Defect.DEADLY)));
      int[] deaths = {0};
      await()
          .atMost(Patience.LIMIT.multipliedBy(3))
          .ignoreExceptionsInstanceOf(IOException.class)
          .until(
              () -> {
                deaths[0] += startThoseThatDied(cluster);
                return COUNTS.stream().allMatch(view -> letters(cluster, view) == 1);
              });
      System.out.printf("cluster: %d processes died of one event in two views%n", deaths[0]);
      check(cluster, producers);
      assertThat(deaths[0]).isGreaterThan(LONE_ATTEMPTS);
    }
  }

  @Test
  void rollingRestartsSetNothingAside() throws Exception {
    Settings settings = settings(400);
    try (Cluster cluster = new Cluster(ServiceProcess.PACKAGED, settings, Map.of());
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      for (int i = 0; i < ROLLING_RESTARTS; i++) {
        for (Cluster.Member member : cluster.members()) {
          member.process().stop();
          member.process().start();
          member.process().awaitReady();
        }
      }
      check(cluster, producers);
    }
  }

  /** A defect set events aside; it is mended, and those who replay them all are killed. */
  @Test
  void whatIsReplayedWhileProcessesDieIsTakenInOnce() throws Exception {
    Settings settings = settings(0);
    try (Cluster cluster =
            new Cluster(
                Mutant.WITH_DEFECTIVE_COUNT.packaged(),
                settings,
                Map.of("penstock.instance", "{i}"));
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      List<Occurrence> events = new ArrayList<>();
      for (int i = 0; i < LETTERS; i++) {
        events.add(event("k" + i % 7, Defect.REFUSED));
        events.add(event("k" + i % 5, Occurrence.CHANGED));
      }
      send(cluster, producers, events);
      for (TestedView view : COUNTS) {
        await().until(() -> letters(cluster, view) == LETTERS);
      }
      for (Cluster.Member member : cluster.members()) {
        member.process().stop();
        member.process().redeploy(ServiceProcess.PACKAGED, config -> {});
        member.process().start();
        member.process().awaitReady();
        member.proxy().delay(SLOW);
      }
      for (TestedView view : COUNTS) {
        URI replay = cluster.uris().getFirst().resolve(Cluster.replayOf(view));
        assertThat(Cluster.post(replay)).isEqualTo(202);
      }
      int left = LETTERS;
      for (int i = 0; i < KILLS; i++) {
        int before = left;
        await()
            .ignoreExceptionsInstanceOf(IOException.class)
            .until(() -> letters(cluster, TestedView.TALLY) <= before - REPLAYED_BEFORE_KILL);
        ServiceProcess holder = holder(cluster);
        holder.kill();
        left = letters(cluster, TestedView.TALLY);
        assertThat(left).as("it was killed before the end").isPositive();
        holder.start();
      }
      cluster.members().forEach(member -> member.proxy().heal());
      for (TestedView view : COUNTS) {
        await()
            .ignoreExceptionsInstanceOf(IOException.class)
            .until(() -> letters(cluster, view) == 0);
      }
      check(cluster, producers);
    }
  }

  private Occurrence event(String key, String type) {
    int n = next++;
    return new Occurrence(PRODUCER, n, key, type, new JsonObject().put("last", n));
  }

  private static void send(Cluster cluster, Producers producers, List<Occurrence> events)
      throws InterruptedException {
    new Producer(producers, cluster.settings(), PRODUCER, cluster.uris(), Cluster.STREAM)
        .send(events);
  }

  /** As a supervisor does; tells of how many. */
  private static int startThoseThatDied(Cluster cluster) {
    int died = 0;
    for (Cluster.Member member : cluster.members()) {
      if (!member.process().isRunning()) {
        member.process().start();
        died++;
      }
    }
    return died;
  }

  /** Read from Redis: those who could tell may have died. */
  private static int letters(Cluster cluster, TestedView view) {
    Object count = cluster.redis().ask("HGET", cluster.state(view, 0), "dead");
    return count == null ? 0 : Integer.parseInt(count.toString());
  }

  private static ServiceProcess holder(Cluster cluster) {
    String name =
        await()
            .until(
                () ->
                    (String)
                        cluster.redis().ask("GET", cluster.state(TestedView.TALLY, 0) + ":lease"),
                holder -> holder != null);
    return cluster.members().get(Integer.parseInt(name.substring(1))).process();
  }

  private static void check(Cluster cluster, Producers producers) throws Exception {
    producers.stop();
    startThoseThatDied(cluster);
    cluster.members().forEach(member -> member.process().awaitReady());
    assertThat(new Checker(cluster, Patience.LIMIT, List.of(), List.of()).check(producers, null))
        .as(cluster::logs)
        .isEmpty();
  }
}
