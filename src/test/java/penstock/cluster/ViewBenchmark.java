package penstock.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import penstock.Patience;
import penstock.redis.RedisServer;

/**
 * How many events the packaged service applies to {@code merge} views of 1,000 keys. For each
 * number of views, partitions and instances: events are appended in batches while the views apply
 * them, then all views are built anew at once, three times. An event counts for each view that
 * applies it. Redis is one of its own, without persistence. Run it from the project's root:
 *
 * <pre>
 * ./mvnw -q package -DskipTests dependency:build-classpath -Dmdep.outputFile=target/classpath -Dmdep.includeScope=test
 * java -cp target/test-classes:target/classes:$(cat target/classpath) penstock.cluster.ViewBenchmark [EVENTS]
 * </pre>
 */
public final class ViewBenchmark {

  private static final int EVENTS = 400_000;
  private static final int KEYS = 1_000;
  private static final int BATCH = 500;
  private static final int CONNECTIONS = 16;
  private static final int REBUILDS = 3;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
  private static final int MOST_MINUTES = 10;

  private final int events;
  private final int views;
  private final int partitions;
  private final int instances;

  private ViewBenchmark(int events, int views, int partitions, int instances) {
    this.events = events;
    this.views = views;
    this.partitions = partitions;
    this.instances = instances;
  }

  public static void main(String[] args) throws Exception {
    int events = args.length > 0 ? Integer.parseInt(args[0]) : EVENTS;
    System.out.println(
        "| views | partitions | instances | appended/s meanwhile | applied/s meanwhile | rebuilt,"
            + " applied/s |");
    System.out.println("|---|---|---|---|---|---|");
    for (int views : new int[] {1, 5}) {
      for (int partitions : new int[] {1, 4}) {
        for (int instances : new int[] {1, 2}) {
          new ViewBenchmark(events, views, partitions, instances).run();
        }
      }
    }
  }

  private void run() throws Exception {
    Path log = Files.createDirectories(Path.of("target", "cluster")).resolve("benchmark.log");
    List<ServiceProcess> processes = new ArrayList<>();
    try (RedisServer redis = RedisServer.start("--appendonly", "no")) {
      for (int i = 0; i < instances; i++) {
        ServiceProcess process =
            new ServiceProcess(ServiceProcess.PACKAGED, config(redis), log, List.of("-Xmx1g"));
        processes.add(process);
        process.start();
      }
      processes.forEach(ServiceProcess::awaitReady);
      URI asked = processes.getFirst().uri();
      long start = System.nanoTime();
      append(processes);
      double appended = events / seconds(start);
      awaitApplied(asked, Map.of());
      double applied = (double) events * views / seconds(start);
      double[] rebuilt = new double[REBUILDS];
      for (int i = 0; i < REBUILDS; i++) {
        rebuilt[i] = (double) events * views / rebuild(asked);
      }
      Arrays.sort(rebuilt);
      System.out.printf(
          Locale.ROOT,
          "| %d | %d | %d | %,.0f | %,.0f | %,.0f (%,.0f-%,.0f) |%n",
          views,
          partitions,
          instances,
          appended,
          applied,
          rebuilt[REBUILDS / 2],
          rebuilt[0],
          rebuilt[REBUILDS - 1]);
    } finally {
      processes.forEach(ServiceProcess::close);
    }
  }

  private Map<String, String> config(RedisServer redis) {
    Map<String, String> config = new LinkedHashMap<>();
    config.put("quarkus.redis.hosts", redis.uri());
    config.put("penstock.streams.s.partitions", "" + partitions);
    for (int i = 0; i < views; i++) {
      config.put("penstock.views.v" + i + ".stream", "s");
      config.put("penstock.views.v" + i + ".fold", "merge");
    }
    return config;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Appends events of 1,000 keys, in batches, over several connections. */
  static void append(URI instance, String stream, int events, int batch) throws Exception {
    append(List.of(instance.resolve("/streams/" + stream + "/events")), events, batch);
  }

  private void append(List<ServiceProcess> processes) throws Exception {
    append(
        processes.stream().map(one -> one.uri().resolve("/streams/s/events")).toList(),
        events,
        BATCH);
  }

  private static void append(List<URI> resources, int events, int size) throws Exception {
    try (ExecutorService senders = Executors.newFixedThreadPool(CONNECTIONS);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int from = 0; from < events; from += size) {
        URI to = resources.get(from / size % resources.size());
        int first = from;
        Callable<Integer> sending =
            () ->
                client
                    .send(
                        HttpRequest.newBuilder(to)
                            .header("Content-Type", "application/cloudevents-batch+json")
                            .POST(BodyPublishers.ofString(batch(first, size).encode()))
                            .build(),
                        BodyHandlers.discarding())
                    .statusCode();
        answers.add(senders.submit(sending));
      }
      for (Future<Integer> answer : answers) {
        if (answer.get() != 201) {
          throw new IllegalStateException("an append was answered with " + answer.get());
        }
      }
    }
  }

  private static JsonArray batch(int first, int size) {
    JsonArray batch = new JsonArray();
    String text = "x".repeat(90);
    for (int n = first; n < first + size; n++) {
      batch.add(
          new JsonObject()
              .put("specversion", "1.0")
              .put("id", "" + n)
              .put("source", "/b")
              .put("type", "t")
              .put("subject", "key-" + n % KEYS)
              .put("data", new JsonObject().put("n", n).put("text", text)));
    }
    return batch;
  }

  /** Seconds until all views are built anew. */
  private double rebuild(URI asked) throws IOException {
    Map<Integer, String> before = new LinkedHashMap<>();
    for (int i = 0; i < views; i++) {
      before.put(i, Cluster.get(asked.resolve("/views/v" + i)).getString("generation"));
    }
    long start = System.nanoTime();
    for (int i = 0; i < views; i++) {
      Cluster.post(asked.resolve("/views/v" + i + "/rebuild"));
    }
    awaitApplied(asked, before);
    return seconds(start);
  }

  private void awaitApplied(URI asked, Map<Integer, String> before) {
    Patience.await()
        .atMost(Duration.ofMinutes(MOST_MINUTES))
        .pollDelay(Duration.ZERO)
        .pollInterval(BETWEEN_LOOKS)
        .until(
            () -> {
              for (int i = 0; i < views; i++) {
                JsonObject view = Cluster.get(asked.resolve("/views/v" + i));
                if (view.getString("generation").equals(before.get(i))
                    || view.getJsonArray("partitions").stream()
                        .anyMatch(partition -> ((JsonObject) partition).getLong("lag") > 0)) {
                  return false;
                }
              }
              return true;
            });
  }
}
