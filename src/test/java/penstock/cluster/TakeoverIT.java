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
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import penstock.Patience;

/**
 * How soon others work what an instance worked, and how soon it has its share again. {@code
 * -Dcluster.takeovers=} says how often each is done; the figures are printed. What is asserted
 * leaves room for a busy machine, but not for what would go wrong: a hand-over that is not told
 * takes the whole of a long lease.
 */
class TakeoverIT {

  private static final int TIMES = Integer.getInteger("cluster.takeovers", 1);
  private static final int PARTITIONS = 4;
  private static final Duration LEASE =
      Duration.ofMillis(Integer.getInteger("cluster.lease.millis", 2_000));

  /** Whoever waits for it to run out is far too late. */
  private static final Duration LONG_LEASE = Patience.LIMIT.multipliedBy(4);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
  private static final int EVENTS = 40;

  private int next;

  @Test
  void aKilledInstanceIsReplacedWhenItsLeaseEnds() throws Exception {
    Figures replaced = new Figures("kill -9 to all worked by the other, lease " + LEASE);
    run(
        LEASE,
        (going, staying, load) -> {
          long start = System.nanoTime();
          going.process().kill();
          load.send();
          load.awaitWorkedBy(staying);
          replaced.add(start);
          going.process().start();
          going.process().awaitReady();
        });
    System.out.println(replaced);
  }

  @Test
  void anInstanceThatEndsHandsOverAndHasItsShareAgainWhenItJoins() throws Exception {
    Figures handedOver = new Figures("SIGTERM to all worked by the other, lease " + LONG_LEASE);
    Figures joined = new Figures("ready again to its share worked by it, lease " + LONG_LEASE);
    run(
        LONG_LEASE,
        (going, staying, load) -> {
          Map<String, String> before = load.holders(staying);
          long start = System.nanoTime();
          CompletableFuture<Void> ended = CompletableFuture.runAsync(going.process()::stop);
          load.send();
          load.awaitWorkedBy(staying);
          handedOver.add(start);
          ended.join();
          going.process().start();
          going.process().awaitReady();
          long ready = System.nanoTime();
          load.awaitHolders(staying, before);
          joined.add(ready);
        });
    System.out.println(handedOver);
    System.out.println(joined);
  }

  @Test
  void aZombieFindsItsWorkTakenAndJoinsAgain() throws Exception {
    Figures replaced = new Figures("SIGSTOP to all worked by the other, lease " + LEASE);
    Figures joined = new Figures("SIGCONT to its share worked by it, lease " + LEASE);
    run(
        LEASE,
        (going, staying, load) -> {
          Map<String, String> before = load.holders(staying);
          long start = System.nanoTime();
          going.process().pause();
          load.send();
          load.awaitWorkedBy(staying);
          replaced.add(start);
          long again = System.nanoTime();
          going.process().resume();
          load.send();
          load.awaitHolders(staying, before);
          joined.add(again);
        });
    System.out.println(replaced);
    System.out.println(joined);
  }

  /** What is done to one instance while the other stays; ends with both at work. */
  @FunctionalInterface
  private interface Episode {
    void play(Cluster.Member going, Cluster.Member staying, Load load) throws Exception;
  }

  private void run(Duration lease, Episode episode) throws Exception {
    Settings settings =
        new Settings(
            Long.getLong("cluster.seed", 1L), Duration.ZERO, 2, PARTITIONS, 0, 0, 1_000, lease);
    try (Cluster cluster =
            new Cluster(ServiceProcess.PACKAGED, settings, Map.of("penstock.instance", "{i}"));
        FenceWatch fences = new FenceWatch(cluster);
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      for (int i = 0; i < TIMES; i++) {
        Cluster.Member going = cluster.members().get(i % 2);
        Cluster.Member staying = cluster.members().get(1 - i % 2);
        Load load = new Load(cluster, producers, staying);
        load.send();
        await().until(() -> load.isShared(staying));
        episode.play(going, staying, load);
      }
      List<String> violations =
          new Checker(cluster, Patience.LIMIT, List.of(), List.of()).check(producers, null);
      violations.addAll(fences.violations());
      assertThat(violations).as(cluster::logs).isEmpty();
    }
  }

  /** Sends events to all partitions, and tells who has taken them in. */
  private final class Load {

    private final Producers producers;
    private final Producer producer;
    private final Map<Integer, String> last = new TreeMap<>();

    Load(Cluster cluster, Producers producers, Cluster.Member to) {
      this.producers = producers;
      this.producer =
          new Producer(
              producers, cluster.settings(), 0, List.of(to.process().uri()), Cluster.STREAM);
    }

    void send() throws InterruptedException {
      List<Occurrence> events = new ArrayList<>();
      for (int i = 0; i < EVENTS; i++) {
        int n = next++;
        events.add(
            new Occurrence(0, n, "k" + i, Occurrence.CHANGED, new JsonObject().put("last", n)));
      }
      producer.send(events);
      for (Occurrence event : events) {
        String position = producers.attempts().get(event.id()).position();
        if (position != null) {
          String[] parts = position.split("/");
          last.put(Integer.parseInt(parts[0]), parts[1]);
        }
      }
    }

    /** View and partition to its holder; not there if nobody works it or it lags behind. */
    Map<String, String> holders(Cluster.Member asked) throws IOException {
      Map<String, String> holders = new TreeMap<>();
      for (TestedView view : TestedView.values()) {
        URI uri = asked.process().uri().resolve("/views/" + view.viewName());
        for (Object each : Cluster.get(uri).getJsonArray("partitions")) {
          JsonObject part = (JsonObject) each;
          String sent = last.get(part.getInteger("partition"));
          if (part.getString("holder") != null
              && (sent == null || !Logged.isAfter(sent, part.getString("applied")))) {
            holders.put(view + "/" + part.getInteger("partition"), part.getString("holder"));
          }
        }
      }
      return holders;
    }

    boolean isShared(Cluster.Member asked) throws IOException {
      Map<String, String> holders = holders(asked);
      return holders.size() == TestedView.values().length * PARTITIONS
          && holders.values().stream().distinct().count() == 2;
    }

    void awaitWorkedBy(Cluster.Member member) {
      awaitHolders(
          member,
          holders ->
              holders.size() == TestedView.values().length * PARTITIONS
                  && holders.values().stream().distinct().count() == 1);
    }

    void awaitHolders(Cluster.Member asked, Map<String, String> expected) {
      awaitHolders(asked, expected::equals);
    }

    private void awaitHolders(Cluster.Member asked, Predicate<Map<String, String>> which) {
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(BETWEEN_LOOKS)
          .ignoreExceptions()
          .until(() -> which.test(holders(asked)));
    }
  }

  /** Times that something took. */
  private static final class Figures {

    private final String what;
    private final List<Long> millis = new ArrayList<>();

    Figures(String what) {
      this.what = what;
    }

    void add(long startNanos) {
      millis.add((System.nanoTime() - startNanos) / 1_000_000);
    }

    @Override
    public String toString() {
      List<Long> sorted = millis.stream().sorted().toList();
      return "takeover: %s: %d times, p50 %d ms, max %d ms"
          .formatted(what, sorted.size(), sorted.get((sorted.size() - 1) / 2), sorted.getLast());
    }
  }
}
