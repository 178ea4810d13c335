package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.Patience;

/**
 * Pull groups under faults: competing consumers on all instances, of a group without order and of
 * one that is ordered, while instances, ways and Redis fail. Every job is done by exactly one
 * acknowledgement and delivered at least once, a key's jobs come in turn where that is promised,
 * and dead letters are just the jobs that cannot be done.
 */
class GroupIT {

  private static final Set<Fault> OF_REDIS =
      EnumSet.of(Fault.KILL_REDIS, Fault.CLIENT_KILL, Fault.SCRIPT_FLUSH, Fault.FULL);

  /** What other hands do to the log and to the group on it. */
  private static final Set<Fault> OF_OTHER_HANDS =
      EnumSet.of(Fault.TRIM, Fault.DESTROY_GROUP, Fault.DELETE_CONSUMER, Fault.KILL_REDIS);

  private static final Set<Fault> LOSING = losing();
  private static final List<String> GROUPS = List.of("any", "turn");
  private static final int CONSUMERS = 4;
  private static final int PARTITIONS = 2;
  private static final int WAITING = 20;
  private static final Duration WITHOUT_FAULTS = Duration.ofSeconds(5);
  private static final Duration DRAINED_WITHIN = Patience.LIMIT.multipliedBy(2);
  private static final Duration MUTANT_DRAINED_WITHIN = Duration.ofSeconds(20);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static Set<Fault> losing() {
    Set<Fault> faults = EnumSet.copyOf(Fault.LOSSES);
    faults.addAll(EnumSet.of(Fault.DELETE_LOG, Fault.DESTROY_GROUP, Fault.KILL_REDIS));
    return faults;
  }

  private JsonObject ask(URI instance, String method, String path, JsonObject body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(instance.resolve("/streams/" + Cluster.STREAM + path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body.encode()))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
    return new JsonObject(answer.body());
  }

  private void make(Cluster cluster, String group, boolean ordered)
      throws IOException, InterruptedException {
    ask(cluster.uris().getFirst(), "PUT", "/groups/" + group, settingsOf(ordered));
  }

  private static JsonObject settingsOf(boolean ordered) {
    return new JsonObject().put("maxDeliveries", 100).put("ordered", ordered);
  }

  @Test
  void everyJobIsDoneOnceWhateverFails() throws Exception {
    underFaults(OF_REDIS);
  }

  /**
   * What another hand trims is lost to a group that had not done with it, and only that; a consumer
   * group that is destroyed goes on where it was.
   */
  @Test
  void whateverAnotherHandRemovesTheOthersAreDoneOnce() throws Exception {
    underFaults(OF_OTHER_HANDS);
  }

  /**
   * Replicas that lack the last events, an emptied Redis, a log that is deleted: what is in the log
   * at last is done, and again only if a loss took the acknowledgement. Who finds the group gone
   * makes it anew.
   */
  @Test
  void afterALossAllThatTheLogStillHasIsDone() throws Exception {
    underFaults(LOSING);
  }

  private void underFaults(Set<Fault> ofRedis) throws Exception {
    Settings given = Settings.fromProperties();
    Settings settings = settings(given.seed(), given.duration(), given.rate() / 4);
    Chronicle chronicle = new Chronicle();
    boolean losing = ofRedis.stream().anyMatch(Fault.LOSSES::contains);
    try (Cluster cluster = cluster(ServiceProcess.PACKAGED, settings)) {
      List<String> violations =
          run(
              cluster,
              chronicle,
              losing,
              DRAINED_WITHIN,
              faults -> {
                faults.lane("processes", Fault.OF_PROCESSES, settings.seed() + 1);
                faults.lane("redis", ofRedis, settings.seed() + 2);
                faults.lane("network", Fault.OF_NETWORK, settings.seed() + 3);
              });
      assertThat(violations)
          .as(() -> settings + "\n" + chronicle + "\n" + cluster.logs())
          .isEmpty();
    }
  }

  @Test
  void pullsThatWaitAreAnsweredWithNothingWhenTheirInstanceEnds() throws Exception {
    try (Cluster cluster = cluster(ServiceProcess.PACKAGED, settings(1, Duration.ZERO, 0))) {
      make(cluster, "any", false);
      ServiceProcess ending = cluster.members().getFirst().process();
      List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
      for (int i = 0; i < WAITING; i++) {
        waiting.add(
            client.sendAsync(
                HttpRequest.newBuilder(
                        ending.uri().resolve("/streams/" + Cluster.STREAM + "/groups/any/pull"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"wait\":\"60s\"}"))
                    .build(),
                BodyHandlers.ofString()));
      }
      await()
          .until(() -> Meters.readAt(ending.uri().toString(), "penstock_group_waiting") == WAITING);
      long begin = System.nanoTime();
      ending.stop();
      for (CompletableFuture<HttpResponse<String>> one : waiting) {
        assertThat(one.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS).statusCode())
            .isEqualTo(204);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(50));
    }
  }

  /**
   * Consumers that hang, and say that a job is done when another has it, are enough to tell; and
   * that they pull beside each other.
   */
  @Test
  void theCheckerTellsMutantsFromTheProduct() throws Exception {
    Settings settings = settings(1, WITHOUT_FAULTS, 100);
    try (Cluster product = cluster(ServiceProcess.PACKAGED, settings)) {
      assertThat(run(product, new Chronicle(), false, DRAINED_WITHIN, faults -> {}))
          .as("the product")
          .isEmpty();
    }
    for (Mutant mutant : List.of(Mutant.WITHOUT_STALE_CHECK, Mutant.WITHOUT_BUSY_CHECK)) {
      try (Cluster cluster = cluster(mutant.packaged(), settings)) {
        List<String> found =
            run(cluster, new Chronicle(), false, MUTANT_DRAINED_WITHIN, faults -> {});
        System.out.printf(
            "cluster: %s: %d violations, such as %s%n", mutant, found.size(), first(found));
        assertThat(found).as("the mutant").isNotEmpty();
      }
    }
  }

  /** Jobs wait that nobody has pulled yet when the consumer group is destroyed. */
  @Test
  void theCheckerTellsABuildThatGoesOnFromTheEndOfTheLog() throws Exception {
    assertThat(destroyed(ServiceProcess.PACKAGED, DRAINED_WITHIN)).as("the product").isEmpty();
    List<String> found = destroyed(Mutant.WITHOUT_PLACE_OF_GROUP.packaged(), MUTANT_DRAINED_WITHIN);
    System.out.printf("cluster: groups: from the end of the log: %s%n", first(found));
    assertThat(found).as("the mutant").isNotEmpty();
  }

  private List<String> destroyed(Path application, Duration within) throws Exception {
    Settings settings = settings(1, Duration.ZERO, 1_000);
    try (Cluster cluster = cluster(application, settings);
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      make(cluster, "any", false);
      await().until(() -> producers.acknowledged() > WAITING);
      producers.stop();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        cluster.redis().ask("XGROUP", "DESTROY", Cluster.events(partition), "group.any");
      }
      try (GroupConsumers any = consumers(cluster, "any", false, 1)) {
        GroupChecker checker =
            new GroupChecker(cluster.redis(), PARTITIONS, "any", List.of(), List.of());
        try {
          await().atMost(within).ignoreExceptions().until(checker::isDone);
        } catch (ConditionTimeoutException late) {
          // What was never delivered is told below.
        }
        any.stop();
        return checker.check(any, false);
      }
    }
  }

  private static GroupConsumers consumers(
      Cluster cluster, String group, boolean losing, long seed) {
    JsonObject settings = losing ? settingsOf(group.equals("turn")) : null;
    return new GroupConsumers(cluster.uris(), Cluster.STREAM, group, settings, CONSUMERS, seed);
  }

  private static String first(List<String> found) {
    return found.isEmpty() ? "none" : found.getFirst();
  }

  private static Settings settings(long seed, Duration duration, int rate) {
    return new Settings(seed, duration, 2, PARTITIONS, 2, 0, rate, Duration.ofSeconds(2));
  }

  private static Cluster cluster(Path application, Settings settings) {
    System.out.printf("cluster: groups: %s%n", settings);
    return new Cluster(application, settings, Map.of("penstock.group.tidy-interval", "1s"));
  }

  /** Has jobs made and done for a while, under faults; returns what should not have been. */
  private List<String> run(
      Cluster cluster,
      Chronicle chronicle,
      boolean losing,
      Duration within,
      Consumer<Faults> disturb)
      throws Exception {
    Settings settings = cluster.settings();
    long seed = settings.seed();
    make(cluster, "any", false);
    make(cluster, "turn", true);
    List<String> violations = new ArrayList<>();
    try (Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
        GroupConsumers any = consumers(cluster, "any", losing, seed);
        GroupConsumers turn = consumers(cluster, "turn", losing, seed + 100);
        Faults faults =
            new Faults(cluster, FaultTarget.pullGroups(cluster, GROUPS), chronicle, losing)) {
      disturb.accept(faults);
      new CountDownLatch(1).await(settings.duration().toNanos(), TimeUnit.NANOSECONDS);
      faults.stop();
      producers.stop();
      GroupChecker ofAny = checker(cluster, "any", faults);
      GroupChecker ofTurn = checker(cluster, "turn", faults);
      try {
        await().atMost(within).ignoreExceptions().until(() -> ofAny.isDone() && ofTurn.isDone());
      } catch (ConditionTimeoutException late) {
        violations.add("not all was done in time");
      }
      any.stop();
      turn.stop();
      violations.addAll(ofAny.check(any, false));
      violations.addAll(ofTurn.check(turn, true));
      violations.addAll(producers.violations());
      violations.addAll(faults.failures());
      System.out.printf(
          "cluster: groups: seed %d: Redis %s, %d events acknowledged, %d + %d deliveries in %d + %d pulls, faults: %s%n",
          seed,
          cluster.redis().version(),
          producers.acknowledged(),
          any.deliveries().size(),
          turn.deliveries().size(),
          any.pulls(),
          turn.pulls(),
          chronicle.counts());
    }
    return violations;
  }

  private static GroupChecker checker(Cluster cluster, String group, Faults faults) {
    return new GroupChecker(cluster.redis(), PARTITIONS, group, faults.losses(), faults.trims());
  }
}
