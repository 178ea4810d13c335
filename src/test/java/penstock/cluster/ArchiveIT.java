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
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import penstock.Patience;
import penstock.sink.archive.ArchivedLog;
import penstock.sink.archive.OpenSearch;

/**
 * An archive in a real node, while instances, ways, Redis and the node fail, and the node's answers
 * besides: the archive equals the log, and dead letters are just the events that it never takes.
 */
class ArchiveIT {

  private static final String SINK = "archive";
  private static final int PARTITIONS = 2;
  private static final int FAILING = 15;
  private static final Duration DRAINED_WITHIN = Patience.LIMIT.multipliedBy(2);
  private static final Duration LONG_LEASE = Duration.ofSeconds(30);
  private static final Duration MUTANT_DRAINED_WITHIN = Duration.ofSeconds(20);
  private static final Set<Fault> OF_REDIS =
      EnumSet.of(Fault.KILL_REDIS, Fault.CLIENT_KILL, Fault.SCRIPT_FLUSH, Fault.FULL);

  private final OpenSearch node = OpenSearch.shared();

  private static Cluster cluster(
      Path application, Settings settings, FaultyArchive archive, String index) {
    String prefix = "penstock.sinks." + SINK + ".";
    return new Cluster(
        application,
        settings,
        Map.ofEntries(
            Map.entry("penstock.instance", "{i}"),
            Map.entry(prefix + "stream", Cluster.STREAM),
            Map.entry(prefix + "kind", "elasticsearch"),
            Map.entry(prefix + "hosts", archive.uri()),
            Map.entry(prefix + "index", index),
            Map.entry(prefix + "template", "true"),
            // Each event has members of its own, more than there can be fields.
            Map.entry(prefix + "data", "flat"),
            Map.entry(prefix + "batch", "50"),
            Map.entry(prefix + "answer-timeout", "2s"),
            Map.entry(prefix + "retry.first", "20ms"),
            Map.entry(prefix + "retry.longest", "1s")));
  }

  @Test
  void theArchiveEqualsTheLogWhateverFails() throws Exception {
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
    System.out.printf("cluster: archive: %s%n", settings);
    String index = "whatever-fails-" + Long.toUnsignedString(settings.seed());
    Chronicle chronicle = new Chronicle();
    List<String> violations = new ArrayList<>();
    try (FaultyArchive archive = FaultyArchive.failing(node.uri(), settings.seed(), FAILING);
        Cluster cluster = cluster(ServiceProcess.PACKAGED, settings, archive, index);
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
        ArchiveFaults nodes = new ArchiveFaults(node, index, chronicle, settings.seed() + 4);
        Faults faults = new Faults(cluster, chronicle, false)) {
      faults.lane("processes", Fault.OF_PROCESSES, settings.seed() + 1);
      faults.lane("redis", OF_REDIS, settings.seed() + 2);
      faults.lane("network", Fault.OF_NETWORK, settings.seed() + 3);
      new CountDownLatch(1).await(settings.duration().toNanos(), TimeUnit.NANOSECONDS);
      nodes.stop();
      faults.stop();
      producers.stop();
      violations.addAll(drain(cluster, archive, index, DRAINED_WITHIN));
      violations.addAll(producers.violations());
      violations.addAll(faults.failures());
      violations.addAll(nodes.failures());
      System.out.printf(
          "cluster: archive: seed %d: Redis %s, %d events acknowledged, %d documents, %d requests, %d documents sent again, faults: %s%n",
          settings.seed(),
          cluster.redis().version(),
          producers.acknowledged(),
          node.count(index),
          archive.requests(),
          archive.overloaded(),
          chronicle.counts());
      assertThat(violations)
          .as(() -> settings + "\n" + chronicle + "\n" + cluster.logs())
          .isEmpty();
    }
  }

  private List<String> drain(
      Cluster cluster, FaultyArchive archive, String index, Duration within) {
    int partitions = cluster.settings().partitions();
    var state = new SinkState(cluster.redis(), partitions);
    var violations = new ArrayList<String>();
    try {
      await().atMost(within).until(() -> state.isDone(SINK));
    } catch (ConditionTimeoutException late) {
      violations.add("not all was archived in time");
    }
    violations.addAll(
        ArchivedLog.differences(
            node, index, ArchivedLog.read(cluster.redis(), Cluster.STREAM, partitions, SINK)));
    List<String> letters = state.deadLetters(SINK);
    Set<String> impossible = archive.impossible(events(cluster));
    if (!new TreeSet<>(letters).equals(new TreeSet<>(impossible))
        || letters.size() != impossible.size()) {
      violations.add("dead letters " + new TreeSet<>(letters) + ", not " + impossible);
    }
    return violations;
  }

  private static List<String> events(Cluster cluster) {
    var ids = new ArrayList<String>();
    for (int partition = 0; partition < cluster.settings().partitions(); partition++) {
      Logged.all(cluster.redis(), partition).forEach(entry -> ids.add(entry.id()));
    }
    return ids;
  }

  @Test
  void theCheckerTellsABuildWithoutTheRangeOfTheTakeover() throws Exception {
    List<String> found =
        lostRead(Mutant.WITHOUT_RANGE_OF_TAKEOVER.packaged(), "mutant", MUTANT_DRAINED_WITHIN);
    System.out.printf("cluster: archive: without the takeover's range: %s%n", found);
    assertThat(found).as("the mutant").anyMatch(one -> one.startsWith("not in the archive"));
    assertThat(lostRead(ServiceProcess.PACKAGED, "product", DRAINED_WITHIN))
        .as("the product")
        .isEmpty();
  }

  private List<String> lostRead(Path application, String what, Duration within) throws Exception {
    String index = "lost-read-" + what;
    try (FaultyArchive archive = FaultyArchive.open(node.uri());
        Cluster cluster = cluster(application, LostRead.SETTINGS, archive, index);
        Producers producers = new Producers(LostRead.SETTINGS, cluster.uris(), Cluster.STREAM)) {
      LostRead.happen(cluster, producers, SINK);
      return drain(cluster, archive, index, within);
    }
  }

  /** The node has no room for any document the first time. */
  @Test
  void theCheckerTellsABuildThatTakesOverloadAsDone() throws Exception {
    List<String> found = overloaded(Mutant.TAKES_OVERLOAD_AS_DONE.packaged(), "mutant");
    System.out.printf("cluster: archive: overload taken as done: %s%n", found);
    assertThat(found).as("the mutant").anyMatch(one -> one.startsWith("not in the archive"));
    assertThat(overloaded(ServiceProcess.PACKAGED, "product")).as("the product").isEmpty();
  }

  private List<String> overloaded(Path application, String what) throws Exception {
    Settings settings = new Settings(1, Duration.ZERO, 1, 1, 0, 0, 1_000, LONG_LEASE);
    String index = "overloaded-" + what;
    try (FaultyArchive archive = FaultyArchive.refusingFirst(node.uri());
        Cluster cluster = cluster(application, settings, archive, index);
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      new Producer(producers, settings, 0, cluster.uris(), Cluster.STREAM).sendPlain(0, 20);
      List<String> found = drain(cluster, archive, index, DRAINED_WITHIN);
      assertThat(archive.overloaded()).as("each was refused once").isEqualTo(20);
      return found;
    }
  }
}
