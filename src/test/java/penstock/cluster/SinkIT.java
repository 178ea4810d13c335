package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import penstock.Patience;

/**
 * A sink to a receiver that fails, while instances, ways and Redis fail: every event arrives at
 * least once, each repeat by the same delivery id, a key's events in turn, and dead letters are
 * just those that the receiver never takes.
 */
class SinkIT {

  private static final String SINK = "hook";
  private static final int PARTITIONS = 2;
  private static final int FAILING = 10;
  private static final Duration DRAINED_WITHIN = Patience.LIMIT.multipliedBy(2);
  private static final Duration LONG_LEASE = Duration.ofSeconds(30);
  private static final Duration MUTANT_DRAINED_WITHIN = Duration.ofSeconds(30);
  private static final Set<Fault> OF_REDIS =
      EnumSet.of(Fault.KILL_REDIS, Fault.CLIENT_KILL, Fault.SCRIPT_FLUSH, Fault.FULL);

  private static Cluster cluster(Path application, Settings settings, SinkReceiver receiver) {
    System.out.printf("cluster: sinks: %s%n", settings);
    String prefix = "penstock.sinks." + SINK + ".";
    return new Cluster(
        application,
        settings,
        Map.ofEntries(
            Map.entry("penstock.instance", "{i}"),
            Map.entry(prefix + "stream", Cluster.STREAM),
            Map.entry(prefix + "kind", "webhook"),
            Map.entry(prefix + "url", receiver.url()),
            Map.entry(prefix + "mode", "binary"),
            Map.entry(prefix + "allow-private", "true"),
            Map.entry(prefix + "order", "key"),
            Map.entry(prefix + "max-retry-after", "1s"),
            Map.entry(prefix + "breaker.delay", "500ms"),
            Map.entry(prefix + "retry.first", "20ms"),
            Map.entry(prefix + "retry.longest", "1s")));
  }

  @Test
  void everyEventArrivesWhateverFails() throws Exception {
    Settings given = Settings.fromProperties();
    Settings settings =
        new Settings(
            given.seed(),
            given.duration(),
            2,
            PARTITIONS,
            2,
            0,
            given.rate() / 4,
            Duration.ofSeconds(2));
    Chronicle chronicle = new Chronicle();
    List<String> violations = new ArrayList<>();
    try (SinkReceiver receiver = new SinkReceiver(settings.seed(), FAILING);
        Cluster cluster = cluster(ServiceProcess.PACKAGED, settings, receiver);
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
        Faults faults = new Faults(cluster, chronicle, false)) {
      faults.lane("processes", Fault.OF_PROCESSES, settings.seed() + 1);
      faults.lane("redis", OF_REDIS, settings.seed() + 2);
      faults.lane("network", Fault.OF_NETWORK, settings.seed() + 3);
      new CountDownLatch(1).await(settings.duration().toNanos(), TimeUnit.NANOSECONDS);
      faults.stop();
      producers.stop();
      violations.addAll(drain(cluster, receiver, DRAINED_WITHIN));
      violations.addAll(producers.violations());
      violations.addAll(faults.failures());
      System.out.printf(
          "cluster: sinks: seed %d: Redis %s, %d events acknowledged, %d requests, faults: %s%n",
          settings.seed(),
          cluster.redis().version(),
          producers.acknowledged(),
          receiver.receipts().size(),
          chronicle.counts());
      assertThat(violations)
          .as(() -> settings + "\n" + chronicle + "\n" + cluster.logs())
          .isEmpty();
    }
  }

  private static List<String> drain(Cluster cluster, SinkReceiver receiver, Duration within) {
    var checker = new SinkChecker(cluster.redis(), cluster.settings().partitions(), SINK);
    var violations = new ArrayList<String>();
    try {
      await().atMost(within).until(checker::isDone);
    } catch (ConditionTimeoutException late) {
      violations.add("not all was delivered in time");
    }
    violations.addAll(checker.check(receiver.receipts()));
    return violations;
  }

  /** Redis hands out events, and the worker never hears of it. */
  @Test
  void theCheckerTellsABuildWithoutTheRangeOfTheTakeover() throws Exception {
    assertThat(lostRead(ServiceProcess.PACKAGED, DRAINED_WITHIN)).as("the product").isEmpty();
    List<String> found =
        lostRead(Mutant.WITHOUT_RANGE_OF_TAKEOVER.packaged(), MUTANT_DRAINED_WITHIN);
    System.out.printf("cluster: sinks: without the takeover's range: %s%n", found);
    assertThat(found).as("the mutant").isNotEmpty();
  }

  private static List<String> lostRead(Path application, Duration within) throws Exception {
    Settings settings = new Settings(1, Duration.ZERO, 2, 1, 0, 0, 1_000, LONG_LEASE);
    try (SinkReceiver receiver = new SinkReceiver(1, 0);
        Cluster cluster = cluster(application, settings, receiver);
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      String holder = holder(cluster);
      Cluster.Member worker = cluster.members().get(holder.equals("i0") ? 0 : 1);
      Cluster.Member other = cluster.members().get(holder.equals("i0") ? 1 : 0);
      Producer producer =
          new Producer(producers, settings, 0, List.of(other.process().uri()), Cluster.STREAM);
      send(producer, 0, 3);
      var checker = new SinkChecker(cluster.redis(), 1, SINK);
      await().until(checker::isDone);
      worker.process().pause();
      send(producer, 3, 5);
      FaultyProxy.Cut read =
          worker
              .proxy()
              .cutBeforeReply(frame -> frame.isGroupRead() && frame.mentions("sink." + SINK));
      worker.process().resume();
      assertThat(read.done().await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
          .as("the situation was reached")
          .isTrue();
      return drain(cluster, receiver, within);
    }
  }

  private static void send(Producer producer, int from, int count) throws InterruptedException {
    for (int i = from; i < from + count; i++) {
      producer.send(
          List.of(
              new Occurrence(
                  0, i, "key-" + i % 2, Occurrence.CHANGED, new JsonObject().put("e" + i, i))));
    }
  }

  private static String holder(Cluster cluster) {
    return await()
        .ignoreExceptions()
        .until(
            () ->
                Cluster.get(cluster.uris().getFirst().resolve("/sinks/" + SINK))
                    .getJsonArray("partitions")
                    .getJsonObject(0)
                    .getString("holder"),
            found -> found != null);
  }
}
