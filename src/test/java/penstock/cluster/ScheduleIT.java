package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import penstock.cluster.DelayedProducer.Fate;
import penstock.cluster.DelayedProducer.Told;
import penstock.cluster.RequestFrames.Frame;

/**
 * Delayed events while instances and Redis are killed: each enters once, none early, and those that
 * were cancelled never do. Without faults also how late they are. And whether that would be
 * noticed: mutants of the product are told from it.
 */
class ScheduleIT {

  /** In the log of an undisturbed service, 99 of 100 are within this of their deadlines. */
  private static final long PROMISED_MILLIS = 250;

  private static final int PRODUCERS = 3;
  private static final int LONGEST_MILLIS = 3_000;
  private static final int PARTITIONS = 2;
  private static final Duration BETWEEN_EVENTS = Duration.ofMillis(10);
  private static final Duration BETWEEN_FAULTS = Duration.ofSeconds(1);
  private static final Duration QUIET = Duration.ofSeconds(10);
  private static final Duration REACHED_WITHIN = Duration.ofSeconds(30);

  /** Nothing is in it long enough for what comes twice to be overlooked. */
  private static final Map<String, String> CONFIG =
      Map.of(
          "penstock.instance", "{i}",
          "penstock.projection.enabled", "false",
          "penstock.streams.orders.dedup-window", "60s");

  private static Settings settings(int instances, int partitions) {
    return new Settings(
        Long.getLong("cluster.seed", System.nanoTime()),
        Settings.fromProperties().duration(),
        instances,
        partitions,
        0,
        0,
        0,
        Duration.ofSeconds(2));
  }

  @Test
  void eachEntersOnceWhateverDies() throws Exception {
    Settings settings = settings(3, PARTITIONS);
    System.out.printf("schedule: seed %d%n", settings.seed());
    try (Cluster cluster = new Cluster(ServiceProcess.PACKAGED, settings, CONFIG);
        Sending sending = new Sending(cluster, BETWEEN_EVENTS)) {
      Random random = new Random(settings.seed());
      long end = System.nanoTime() + settings.duration().toNanos();
      int kills = 0;
      while (System.nanoTime() < end) {
        if (random.nextInt(5) == 0) {
          cluster.redis().kill();
          cluster.redis().startAgain();
        } else {
          ServiceProcess one =
              cluster.members().get(random.nextInt(cluster.members().size())).process();
          one.kill();
          pause(BETWEEN_FAULTS);
          one.start();
          // one at a time: with none left, nothing can be in time
          one.awaitReady();
        }
        kills++;
        pause(BETWEEN_FAULTS);
      }
      sending.stop();
      List<Long> late = new ArrayList<>();
      assertThat(sending.violations(cluster, List.of(), List.of(), late))
          .as(cluster::logs)
          .isEmpty();
      assertThat(late).isNotEmpty();
      System.out.printf("schedule: %d faults, %s%n", kills, figures(late));
    }
  }

  /**
   * A replica that lacks the last events, an emptied Redis, a log that is deleted: none comes twice
   * or early, and what was told before a loss that took it may be untrue, but nothing else.
   */
  @Test
  void afterALossNoneComesTwiceOrEarly() throws Exception {
    Set<Fault> faults = EnumSet.copyOf(Fault.LOSSES);
    faults.addAll(EnumSet.of(Fault.DELETE_LOG, Fault.KILL_REDIS));
    underFaults(faults);
  }

  /** What is trimmed of the log changes nothing of what waits. */
  @Test
  void whatIsTrimmedKeepsNothingFromComing() throws Exception {
    underFaults(EnumSet.of(Fault.TRIM, Fault.KILL_REDIS, Fault.FULL));
  }

  private static void underFaults(Set<Fault> ofRedis) throws Exception {
    Settings settings = settings(2, PARTITIONS);
    Chronicle chronicle = new Chronicle();
    System.out.printf("schedule: seed %d, faults of Redis %s%n", settings.seed(), ofRedis);
    try (Cluster cluster = new Cluster(ServiceProcess.PACKAGED, settings, CONFIG);
        Sending sending = new Sending(cluster, BETWEEN_EVENTS);
        Faults faults =
            new Faults(
                cluster,
                new FaultTarget(Cluster.STREAM, PARTITIONS, false, List.of()),
                chronicle,
                true)) {
      faults.lane("processes", EnumSet.of(Fault.KILL_INSTANCE), settings.seed() + 1);
      faults.lane("redis", ofRedis, settings.seed() + 2);
      pause(settings.duration());
      faults.stop();
      sending.stop();
      List<Long> late = new ArrayList<>();
      List<String> violations = sending.violations(cluster, faults.losses(), faults.trims(), late);
      violations.addAll(faults.failures());
      assertThat(violations)
          .as(() -> settings + "\n" + chronicle + "\n" + cluster.logs())
          .isEmpty();
      assertThat(late).isNotEmpty();
      System.out.printf(
          "schedule: seed %d: Redis %s, %s, faults: %s%n",
          settings.seed(), cluster.redis().version(), figures(late), chronicle.counts());
    }
  }

  @Test
  void theyAreInTime() throws Exception {
    try (Cluster cluster = new Cluster(ServiceProcess.PACKAGED, settings(2, PARTITIONS), CONFIG);
        Sending sending = new Sending(cluster, BETWEEN_EVENTS)) {
      pause(QUIET);
      sending.stop();
      List<Long> late = new ArrayList<>();
      assertThat(sending.violations(cluster, List.of(), List.of(), late))
          .as(cluster::logs)
          .isEmpty();
      System.out.printf("schedule: quiet, %s%n", figures(late));
      assertThat(percentile(late, 99)).isLessThanOrEqualTo(PROMISED_MILLIS);
    }
  }

  /** What the missing part is there for. */
  enum Situation {
    DELIVERER_DIES(Mutant.DELIVERS_IN_TWO_STEPS),
    OTHERS_WAIT(Mutant.WITHOUT_DEADLINE_CHECK),
    DEDUP_WINDOW_ENDS(Mutant.WITHOUT_TAKING_OFF);

    private final Mutant mutant;

    Situation(Mutant mutant) {
      this.mutant = mutant;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theCheckerTellsTheMutantFromTheProduct(Situation situation) throws Exception {
    assertThat(violations(ServiceProcess.PACKAGED, situation, false)).as("the product").isEmpty();
    List<String> found = violations(situation.mutant.packaged(), situation, true);
    System.out.printf("schedule: %s, %s: %s%n", situation, situation.mutant, found);
    assertThat(found).as("the mutant").isNotEmpty();
  }

  private List<String> violations(Path application, Situation situation, boolean mutant)
      throws Exception {
    Map<String, String> config = new TreeMap<>(CONFIG);
    config.put("penstock.streams.orders.dedup-window", "100ms");
    config.put("penstock.redis.timeout", "20s");
    try (Cluster cluster = new Cluster(application, settings(2, 1), config)) {
      DelayedProducer producer = new DelayedProducer(1, 0, cluster.uris(), LONGEST_MILLIS);
      switch (situation) {
        case DELIVERER_DIES -> delivererDies(cluster, producer, mutant);
        case OTHERS_WAIT -> {
          producer.send(3_000);
          producer.send(1_000);
          producer.send(2_000);
        }
        case DEDUP_WINDOW_ENDS -> {
          producer.send(2_000);
          pause(Duration.ofSeconds(3));
        }
      }
      return check(cluster, List.of(producer), List.of(), List.of(), new ArrayList<>());
    }
  }

  /** Whoever is about to append what is due dies, and what it sent never comes to Redis. */
  private static void delivererDies(Cluster cluster, DelayedProducer producer, boolean mutant)
      throws Exception {
    List<FaultyProxy.Hold> holds = new ArrayList<>();
    for (Cluster.Member member : cluster.members()) {
      holds.add(member.proxy().hold(frame -> isAppendOfDue(frame, mutant)));
    }
    producer.send(2_000);
    int first = await().atMost(REACHED_WITHIN).until(() -> reached(holds), index -> index >= 0);
    cluster.members().get(first).process().kill();
    FaultyProxy.Hold others = holds.get(1 - first);
    cluster.members().get(1 - first).proxy().heal();
    others.release();
  }

  /** The product's delivery is one script, which names no event; the mutant's second one does. */
  private static boolean isAppendOfDue(Frame frame, boolean mutant) {
    return frame.isScript()
        && (mutant
            ? frame.mentions("/delayed") && !frame.mentions(":seen:")
            : frame.mentions(":due:digests") && !frame.mentions("/delayed"));
  }

  private static int reached(List<FaultyProxy.Hold> holds) {
    for (int i = 0; i < holds.size(); i++) {
      if (holds.get(i).came().getCount() == 0) {
        return i;
      }
    }
    return -1;
  }

  /** A time is what is wanted here. */
  private static void pause(Duration time) throws InterruptedException {
    new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Producers on threads of their own. */
  private static final class Sending implements AutoCloseable {

    private final List<DelayedProducer> producers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    Sending(Cluster cluster, Duration between) {
      for (int i = 0; i < PRODUCERS; i++) {
        DelayedProducer producer =
            new DelayedProducer(cluster.settings().seed(), i, cluster.uris(), LONGEST_MILLIS);
        producers.add(producer);
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        while (!stopping.get()) {
                          producer.sendOne();
                          pause(between);
                        }
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
      }
    }

    void stop() throws InterruptedException {
      stopping.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }

    List<String> violations(Cluster cluster, List<Loss> losses, List<Trim> trims, List<Long> late) {
      return check(cluster, producers, losses, trims, late);
    }

    @Override
    public void close() {
      stopping.set(true);
      threads.forEach(Thread::interrupt);
    }
  }

  /**
   * Waits until nothing waits, and compares the log with what the producers were told.
   *
   * @param losses of what was told
   * @param trims of the log
   * @param late is added by how many milliseconds each was late
   */
  private static List<String> check(
      Cluster cluster,
      List<DelayedProducer> producers,
      List<Loss> losses,
      List<Trim> trims,
      List<Long> late) {
    List<String> violations = new ArrayList<>();
    try {
      await().atMost(REACHED_WITHIN).until(() -> waiting(cluster) == 0);
    } catch (org.awaitility.core.ConditionTimeoutException left) {
      violations.add(waiting(cluster) + " events are left on the schedule");
    }
    Map<String, List<Long>> entered = entered(cluster, trims);
    for (DelayedProducer producer : producers) {
      violations.addAll(producer.violations());
      producer
          .told()
          .forEach(
              (id, told) ->
                  violations.addAll(
                      check(id, told, told.outlives(losses), entered.getOrDefault(id, List.of()))));
      producer
          .told()
          .forEach(
              (id, told) -> {
                if (told.earliest() > 0 && entered.containsKey(id)) {
                  late.add(entered.get(id).getFirst() - told.earliest());
                }
              });
    }
    return violations;
  }

  /**
   * @param stands whether what was told outlived all losses
   */
  private static List<String> check(String id, Told told, boolean stands, List<Long> entered) {
    List<String> violations = new ArrayList<>();
    if (entered.size() > 1) {
      violations.add(id + " is in the log " + entered.size() + " times");
    }
    if (stands && told.fate() == Fate.COMES && entered.isEmpty()) {
      violations.add(id + " is not in the log");
    }
    if (stands && told.fate() == Fate.NEVER && !entered.isEmpty()) {
      violations.add(id + " was cancelled and is in the log");
    }
    long earliest = stands ? told.earliest() : told.least();
    if (!entered.isEmpty() && entered.getFirst() < earliest) {
      violations.add(id + " is early by " + (earliest - entered.getFirst()) + " ms");
    }
    return violations;
  }

  private static long waiting(Cluster cluster) {
    long waiting = 0;
    for (int i = 0; i < PARTITIONS; i++) {
      waiting += (Long) cluster.redis().ask("ZCARD", Cluster.base(i) + "due");
    }
    return waiting;
  }

  /** Each event that is in the log, or was trimmed of it, and the milliseconds of its positions. */
  private static Map<String, List<Long>> entered(Cluster cluster, List<Trim> trims) {
    List<Logged> entries = new ArrayList<>();
    trims.forEach(trim -> entries.addAll(trim.entries()));
    for (int i = 0; i < cluster.settings().partitions(); i++) {
      entries.addAll(Logged.all(cluster.redis(), i));
    }
    Map<String, List<Long>> entered = new TreeMap<>();
    for (Logged entry : entries) {
      entered
          .computeIfAbsent(entry.id(), absent -> new ArrayList<>())
          .add(Long.valueOf(entry.position().split("-")[0]));
    }
    return entered;
  }

  private static long percentile(List<Long> values, int percent) {
    List<Long> sorted = values.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }

  private static String figures(List<Long> late) {
    return "%d delayed events, late by p50 %d ms, p99 %d ms, at most %d ms"
        .formatted(late.size(), percentile(late, 50), percentile(late, 99), percentile(late, 100));
  }
}
