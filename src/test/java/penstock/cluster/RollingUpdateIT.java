package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import penstock.Patience;

/** Definitions that change from instance to instance, as they do while a deployment is updated. */
class RollingUpdateIT {

  private static final TestedView VIEW = TestedView.TALLY;
  private static final String KEY = "penstock.views." + VIEW.viewName() + ".key";
  private static final int EVENTS = 400;
  private static final int KEPT = 50;

  private int next;

  private static Settings settings(int instances, int partitions) {
    return new Settings(
        Long.getLong("cluster.seed", 1L),
        Duration.ZERO,
        instances,
        partitions,
        0,
        0,
        1_000,
        Duration.ofSeconds(2));
  }

  /**
   * Forward, and back when nothing of the first definition is left. While both are worked the one
   * that came later is served, and readers never see it before it is built.
   */
  @Test
  void twoDefinitionsDoNotFightForwardAndBack() throws Exception {
    Settings settings = settings(2, 2);
    try (Cluster cluster = new Cluster(ServiceProcess.PACKAGED, settings, Map.of());
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      send(cluster, producers);
      await().until(() -> isApplied(cluster, cluster.generation(VIEW)));
      String bySubject = cluster.generation(VIEW);
      try (Readers readers = new Readers(cluster)) {
        update(cluster, 0, config -> config.put(KEY, "type"));
        await().until(() -> !cluster.generation(VIEW).equals(bySubject));
        String byType = cluster.generation(VIEW);
        readers.pause();
        send(cluster, producers);
        await().until(() -> isApplied(cluster, bySubject));
        await().until(() -> isApplied(cluster, byType));
        readers.goOn();
        update(cluster, 1, config -> config.put(KEY, "type"));
        await().until(() -> isGone(cluster, bySubject));

        update(cluster, 0, config -> config.put(KEY, "subject"));
        await().until(() -> cluster.generation(VIEW).equals(bySubject));
        await().until(() -> isApplied(cluster, byType));
        update(cluster, 1, config -> config.put(KEY, "subject"));
        await().until(() -> isGone(cluster, byType));
        assertThat(readers.served).containsExactly(bySubject, byType, bySubject);
        assertThat(readers.violations).isEmpty();
      }
      assertThat(new Checker(cluster, Patience.LIMIT, List.of(), List.of()).check(producers, null))
          .as(cluster::logs)
          .isEmpty();
    }
  }

  /** What a view that nobody declares any more has not applied is not kept for it. */
  @Test
  void aViewThatIsDroppedDoesNotKeepRetentionFromItsWork() throws Exception {
    Settings settings = settings(1, 1);
    String stream = "penstock.streams." + Cluster.STREAM;
    try (Cluster cluster =
            new Cluster(
                ServiceProcess.PACKAGED,
                settings,
                Map.of(
                    stream + ".retention.max-length",
                    "" + KEPT,
                    "penstock.streams.trim-interval",
                    "200ms"));
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      send(cluster, producers);
      await().until(() -> length(cluster) == KEPT);
      String dropped = cluster.group(VIEW);
      update(
          cluster,
          0,
          config ->
              config.keySet().removeIf(property -> property.contains("." + VIEW.viewName() + ".")));
      send(cluster, producers);
      await().until(() -> length(cluster) == KEPT);
      assertThat(cluster.redis().ask("XINFO", "GROUPS", Cluster.events(0)).toString())
          .doesNotContain(dropped);
      assertThat(cluster.redis().ask("HGET", "ps:views", VIEW.viewName())).isNull();
    }
  }

  private static void update(Cluster cluster, int member, Consumer<Map<String, String>> change) {
    ServiceProcess process = cluster.members().get(member).process();
    process.stop();
    process.redeploy(ServiceProcess.PACKAGED, change);
    process.start();
    process.awaitReady();
  }

  private void send(Cluster cluster, Producers producers) throws InterruptedException {
    List<Occurrence> events = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      int n = next++;
      events.add(
          new Occurrence(0, n, "k" + n % 40, Occurrence.CHANGED, new JsonObject().put("last", n)));
    }
    new Producer(producers, cluster.settings(), 0, cluster.uris(), Cluster.STREAM).send(events);
  }

  private static boolean isApplied(Cluster cluster, String generation) {
    for (int partition = 0; partition < cluster.settings().partitions(); partition++) {
      Object appended = cluster.redis().ask("HGET", Cluster.base(partition) + "log", "appended");
      String state = Cluster.base(partition) + "view:" + VIEW.viewName() + ":" + generation;
      if (appended == null || !appended.equals(cluster.redis().ask("HGET", state, "count"))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isGone(Cluster cluster, String generation) {
    return cluster.redis().ask("HGET", "ps:views", VIEW.viewName() + ":" + generation) == null;
  }

  private static long length(Cluster cluster) {
    return (Long) cluster.redis().ask("XLEN", Cluster.events(0));
  }

  /** Reads the view all the time, and notes which generation is served. */
  private final class Readers implements AutoCloseable {

    final Queue<String> served = new ConcurrentLinkedQueue<>();
    final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final Cluster cluster;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile int expected = next;
    private volatile boolean paused;

    Readers(Cluster cluster) {
      this.cluster = cluster;
      this.thread = Thread.ofVirtual().start(this::run);
    }

    /** Sums are not looked at while events are appended. */
    void pause() {
      paused = true;
    }

    void goOn() {
      expected = next;
      paused = false;
    }

    private void run() {
      String last = "";
      while (closing.getCount() > 0) {
        String now = cluster.generation(VIEW);
        if (!now.equals(last)) {
          served.add(now);
          last = now;
        }
        for (URI instance : cluster.uris()) {
          try {
            read(instance);
          } catch (IOException away) {
            // It is being updated.
          }
        }
      }
    }

    private void read(URI instance) throws IOException {
      if (paused) {
        return;
      }
      int should = expected;
      int sum =
          Cluster.entries(instance, VIEW.viewName()).values().stream()
              .mapToInt(count -> (Integer) count)
              .sum();
      if (sum != should && !paused && should == expected) {
        violations.add("a reader saw " + sum + " events of " + should);
      }
    }

    @Override
    public void close() {
      closing.countDown();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
