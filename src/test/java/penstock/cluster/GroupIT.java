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
  private static final int CONSUMERS = 4;
  private static final int PARTITIONS = 2;
  private static final int WAITING = 20;
  private static final Duration WITHOUT_FAULTS = Duration.ofSeconds(5);
  private static final Duration DRAINED_WITHIN = Patience.LIMIT.multipliedBy(2);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

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
    ask(
        cluster.uris().getFirst(),
        "PUT",
        "/groups/" + group,
        new JsonObject().put("maxDeliveries", 100).put("ordered", ordered));
  }

  @Test
  void everyJobIsDoneOnceWhateverFails() throws Exception {
    Settings given = Settings.fromProperties();
    Settings settings = settings(given.seed(), given.duration(), given.rate() / 4);
    Chronicle chronicle = new Chronicle();
    try (Cluster cluster = cluster(ServiceProcess.PACKAGED, settings)) {
      List<String> violations =
          run(
              cluster,
              chronicle,
              faults -> {
                faults.lane("processes", Fault.OF_PROCESSES, settings.seed() + 1);
                faults.lane("redis", OF_REDIS, settings.seed() + 2);
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
      assertThat(run(product, new Chronicle(), faults -> {})).as("the product").isEmpty();
    }
    for (Mutant mutant : List.of(Mutant.WITHOUT_STALE_CHECK, Mutant.WITHOUT_BUSY_CHECK)) {
      try (Cluster cluster = cluster(mutant.packaged(), settings)) {
        List<String> found = run(cluster, new Chronicle(), faults -> {});
        System.out.printf(
            "cluster: %s: %d violations, such as %s%n", mutant, found.size(), first(found));
        assertThat(found).as("the mutant").isNotEmpty();
      }
    }
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
  private List<String> run(Cluster cluster, Chronicle chronicle, Consumer<Faults> disturb)
      throws Exception {
    Settings settings = cluster.settings();
    long seed = settings.seed();
    make(cluster, "any", false);
    make(cluster, "turn", true);
    List<String> violations = new ArrayList<>();
    try (Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
        GroupConsumers any =
            new GroupConsumers(cluster.uris(), Cluster.STREAM, "any", CONSUMERS, seed);
        GroupConsumers turn =
            new GroupConsumers(cluster.uris(), Cluster.STREAM, "turn", CONSUMERS, seed + 100);
        Faults faults = new Faults(cluster, chronicle, false)) {
      disturb.accept(faults);
      new CountDownLatch(1).await(settings.duration().toNanos(), TimeUnit.NANOSECONDS);
      faults.stop();
      producers.stop();
      GroupChecker ofAny = new GroupChecker(cluster.redis(), PARTITIONS, "any");
      GroupChecker ofTurn = new GroupChecker(cluster.redis(), PARTITIONS, "turn");
      try {
        await().atMost(DRAINED_WITHIN).until(() -> ofAny.isDone() && ofTurn.isDone());
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
}
