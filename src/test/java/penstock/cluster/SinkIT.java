package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import penstock.Patience;

/**
 * Two sinks to receivers that fail, while instances, ways, Redis and the receivers themselves fail:
 * every event arrives at least once, each repeat by the same delivery id, a key's events or all of
 * a partition in turn, and dead letters are just those that the receiver never takes.
 */
class SinkIT {

  private static final String BY_KEY = "hook";
  private static final String BY_PARTITION = "line";
  private static final int PARTITIONS = 2;
  private static final int FAILING = 10;
  private static final Duration DRAINED_WITHIN = Patience.LIMIT.multipliedBy(2);
  private static final Duration MUTANT_DRAINED_WITHIN = Duration.ofSeconds(30);
  private static final Set<Fault> OF_REDIS =
      EnumSet.of(Fault.KILL_REDIS, Fault.CLIENT_KILL, Fault.SCRIPT_FLUSH, Fault.FULL);

  private static Map<String, String> sink(
      String name, SinkReceiver receiver, Map<String, String> more) {
    var settings =
        new TreeMap<>(
            Map.of(
                "stream", Cluster.STREAM,
                "kind", "webhook",
                "url", receiver.url(),
                "allow-private", "true",
                "answer-timeout", SinkReceiver.ANSWERED_WITHIN_MILLIS + "ms",
                "max-retry-after", "1s",
                "breaker.delay", "500ms",
                "retry.first", "20ms",
                "retry.longest", "1s"));
    settings.putAll(more);
    var config = new TreeMap<>(Map.of("penstock.instance", "{i}"));
    settings.forEach(
        (setting, value) -> config.put("penstock.sinks." + name + "." + setting, value));
    return config;
  }

  /** One request for each event, and one of a key at a time. */
  private static Map<String, String> byKey(SinkReceiver receiver) {
    return sink(BY_KEY, receiver, Map.of("mode", "binary", "order", "key"));
  }

  /** Batches, one after the other. */
  private static Map<String, String> byPartition(SinkReceiver receiver) {
    return sink(
        BY_PARTITION, receiver, Map.of("mode", "batched", "batch", "10", "order", "partition"));
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
    System.out.printf("cluster: sinks: %s%n", settings);
    try (SinkReceiver keys = new SinkReceiver(settings.seed(), FAILING);
        SinkReceiver partitions = new SinkReceiver(settings.seed() + 1, FAILING);
        Cluster cluster =
            new Cluster(
                ServiceProcess.PACKAGED, settings, union(byKey(keys), byPartition(partitions)));
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
        Faults faults = new Faults(cluster, chronicle, List.of(keys, partitions))) {
      faults.lane("processes", Fault.OF_PROCESSES, settings.seed() + 1);
      faults.lane("redis", OF_REDIS, settings.seed() + 2);
      faults.lane("network", Fault.OF_NETWORK, settings.seed() + 3);
      faults.lane("receivers", Fault.OF_RECEIVERS, settings.seed() + 4);
      new CountDownLatch(1).await(settings.duration().toNanos(), TimeUnit.NANOSECONDS);
      faults.stop();
      producers.stop();
      var state = new SinkState(cluster.redis(), settings.partitions());
      violations.addAll(drain(SinkChecker.byKey(state, BY_KEY), keys, DRAINED_WITHIN));
      violations.addAll(
          drain(SinkChecker.byPartition(state, BY_PARTITION), partitions, DRAINED_WITHIN));
      violations.addAll(producers.violations());
      violations.addAll(faults.failures());
      System.out.printf(
          "cluster: sinks: seed %d: Redis %s, %d events acknowledged, %d and %d requests, faults: %s%n",
          settings.seed(),
          cluster.redis().version(),
          producers.acknowledged(),
          keys.receipts().size(),
          partitions.receipts().size(),
          chronicle.counts());
      assertThat(violations)
          .as(() -> settings + "\n" + chronicle + "\n" + cluster.logs())
          .isEmpty();
    }
  }

  private static Map<String, String> union(Map<String, String> one, Map<String, String> other) {
    var all = new TreeMap<>(one);
    all.putAll(other);
    return all;
  }

  private static List<String> drain(SinkChecker checker, SinkReceiver receiver, Duration within) {
    var violations = new ArrayList<String>();
    try {
      await().atMost(within).until(checker::isDone);
    } catch (ConditionTimeoutException late) {
      violations.add("not all was delivered in time");
    }
    violations.addAll(checker.check(receiver.receipts()));
    return violations;
  }

  @Test
  void theCheckerTellsABuildWithoutTheRangeOfTheTakeover() throws Exception {
    assertThat(lostRead(ServiceProcess.PACKAGED, DRAINED_WITHIN)).as("the product").isEmpty();
    List<String> found =
        lostRead(Mutant.WITHOUT_RANGE_OF_TAKEOVER.packaged(), MUTANT_DRAINED_WITHIN);
    System.out.printf("cluster: sinks: without the takeover's range: %s%n", found);
    assertThat(found).as("the mutant").isNotEmpty();
  }

  private static List<String> lostRead(Path application, Duration within) throws Exception {
    try (SinkReceiver receiver = new SinkReceiver(1, 0);
        Cluster cluster = new Cluster(application, LostRead.SETTINGS, byKey(receiver));
        Producers producers = new Producers(LostRead.SETTINGS, cluster.uris(), Cluster.STREAM)) {
      LostRead.happen(cluster, producers, BY_KEY);
      return drain(SinkChecker.byKey(new SinkState(cluster.redis(), 1), BY_KEY), receiver, within);
    }
  }
}
