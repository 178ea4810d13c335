package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.json.JsonArray;
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
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
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
    long seed = Long.getLong("cluster.seed", System.nanoTime());
    Settings given = Settings.fromProperties();
    Settings settings =
        new Settings(seed, given.duration(), 2, PARTITIONS, 2, 0, given.rate() / 4, given.lease());
    Chronicle chronicle = new Chronicle();
    System.out.printf("cluster: groups: %s%n", settings);
    try (Cluster cluster =
        new Cluster(
            ServiceProcess.PACKAGED, settings, Map.of("penstock.group.tidy-interval", "1s"))) {
      make(cluster, "any", false);
      make(cluster, "turn", true);
      try (Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
          GroupConsumers any =
              new GroupConsumers(cluster.uris(), Cluster.STREAM, "any", CONSUMERS, seed);
          GroupConsumers turn =
              new GroupConsumers(cluster.uris(), Cluster.STREAM, "turn", CONSUMERS, seed + 100);
          Faults faults = new Faults(cluster, chronicle, false)) {
        faults.lane("processes", Fault.OF_PROCESSES, seed + 1);
        faults.lane("redis", OF_REDIS, seed + 2);
        faults.lane("network", Fault.OF_NETWORK, seed + 3);
        new CountDownLatch(1).await(settings.duration().toNanos(), TimeUnit.NANOSECONDS);
        List<String> violations = new ArrayList<>();
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
        assertThat(violations)
            .as(() -> settings + "\n" + chronicle + "\n" + cluster.logs())
            .isEmpty();
      }
    }
  }

  /** A consumer hangs, another gets the job, and both say that it is done. */
  @Test
  void theCheckTellsAGroupThatTakesStaleAcknowledgements() throws Exception {
    assertThat(successfulAcks(ServiceProcess.PACKAGED)).as("the product").isEqualTo(1);
    assertThat(successfulAcks(Mutant.WITHOUT_STALE_CHECK.packaged())).as("the mutant").isEqualTo(2);
  }

  private int successfulAcks(Path application) throws Exception {
    Settings settings = new Settings(1, Duration.ZERO, 2, 1, 0, 0, 1_000, Duration.ofSeconds(2));
    try (Cluster cluster = new Cluster(application, settings, Map.of());
        Producers producers = new Producers(settings, cluster.uris(), Cluster.STREAM)) {
      make(cluster, "any", false);
      new Producer(producers, settings, 0, cluster.uris(), Cluster.STREAM)
          .send(List.of(new Occurrence(0, 0, "k", Occurrence.CHANGED, new JsonObject())));
      var pull = new JsonObject().put("lease", "100ms").put("wait", "30s");
      JsonObject hanging = ask(cluster.uris().get(0), "POST", "/groups/any/pull", pull);
      JsonObject other =
          ask(cluster.uris().get(1), "POST", "/groups/any/pull", pull.put("lease", "1h"));
      int done = 0;
      for (JsonObject one : List.of(hanging, other)) {
        JsonObject ids =
            new JsonObject()
                .put(
                    "ackIds",
                    new JsonArray()
                        .add(one.getJsonArray("messages").getJsonObject(0).getString("ackId")));
        URI instance = cluster.uris().get(new Random(1).nextInt(2));
        JsonObject result =
            ask(instance, "POST", "/groups/any/ack", ids).getJsonArray("results").getJsonObject(0);
        done += result.getString("status").equals("done") ? 1 : 0;
      }
      return done;
    }
  }
}
