package penstock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import penstock.redis.RedisServer;

/**
 * How fast each fold applies events, one view alone and five of the same kind at once, and what an
 * entry takes in Redis. The packaged service builds views anew over a log of 100,000 events, ten of
 * each key; a time is from asking for that until the last of them has the log's end, the best of
 * some runs. Beside it, the raw commands that it comes down to, pipelined. From the project's root
 * after {@code ./mvnw package -DskipTests}:
 *
 * <pre>
 * java -cp target/test-classes:target/classes:$(cat target/classpath) penstock.FoldBenchmark [EVENTS] [RUNS]
 * </pre>
 *
 * Where the class path comes from: docs/performance.md.
 */
public final class FoldBenchmark {

  private static final int EVENTS_A_KEY = 10;
  private static final int BATCH = 500;
  private static final int VIEWS = 5;
  private static final int SAMPLES = 500;
  private static final int UNAVAILABLE = 503;

  /** What the service reads and commits at once. */
  private static final int RAW_BATCH = 256;

  private static final Map<String, Map<String, String>> FOLDS = folds();

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final int events;
  private final int keys;
  private final int runs;
  private final Redis redis;
  private final Path directory;
  private final Map<String, String> settings = new HashMap<>();
  private PackagedService service;

  private FoldBenchmark(int events, int runs, Redis redis, Path directory, String uri) {
    this.events = events;
    this.keys = events / EVENTS_A_KEY;
    this.runs = runs;
    this.redis = redis;
    this.directory = directory;
    settings.put("quarkus.redis.hosts", uri);
    settings.put("penstock.streams.bench.partitions", "1");
  }

  private static Map<String, Map<String, String>> folds() {
    Map<String, String> amount = Map.of("value", "/amount");
    var folds = new TreeMap<String, Map<String, String>>();
    folds.put("merge", Map.of());
    folds.put("count", Map.of());
    folds.put("sum", amount);
    folds.put("min", amount);
    folds.put("max", amount);
    folds.put("average", amount);
    folds.put("recent", Map.of());
    folds.put("rank", Map.of("value", "/amount", "member", "/user"));
    folds.put("distinct", Map.of("value", "/user"));
    folds.put("window", Map.of());
    return folds;
  }

  public static void main(String[] arguments) throws Exception {
    int events = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
    Vertx vertx = Vertx.vertx();
    try (RedisServer server = RedisServer.start("--appendonly", "no")) {
      Redis redis =
          Redis.createClient(
              vertx,
              new RedisOptions()
                  .setConnectionString(server.uri())
                  .setPreferredProtocolVersion(ProtocolVersion.RESP2));
      new FoldBenchmark(
              events, runs, redis, Files.createTempDirectory("fold-benchmark-"), server.uri())
          .run();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private void run() throws Exception {
    service = PackagedService.start(directory, settings);
    append();
    service.stop();
    FOLDS.forEach(
        (fold, more) -> {
          for (int i = 0; i < VIEWS; i++) {
            String view = "penstock.views." + fold + "-" + i + ".";
            settings.put(view + "stream", "bench");
            settings.put(view + "fold", fold);
            settings.put(view + "key", "subject");
            more.forEach((name, value) -> settings.put(view + name, value));
          }
        });
    service = PackagedService.start(directory, settings);
    try {
      for (String fold : FOLDS.keySet()) {
        awaitApplied(views(fold, VIEWS), "");
      }
      System.out.printf(
          "%-10s %14s %14s %14s %8s%n", "fold", "one view/s", "five/s", "entry B", "index B");
      for (String fold : FOLDS.keySet()) {
        report(fold);
      }
    } finally {
      service.stop();
    }
    System.out.printf(Locale.ROOT, "raw commands: %,.0f events/s%n", raw());
  }

  private void report(String fold) throws Exception {
    double one = 0;
    double five = 0;
    for (int run = 0; run < runs; run++) {
      one = Math.max(one, rebuild(views(fold, 1)));
      five = Math.max(five, rebuild(views(fold, VIEWS)));
    }
    String names = "ps:{bench/0}:view:" + fold + "-0:" + generation(fold + "-0");
    long entries = 0;
    for (int i = 0; i < SAMPLES; i++) {
      entries += memory(names + ":e:" + key(i));
    }
    System.out.printf(
        Locale.ROOT,
        "%-10s %,14.0f %,14.0f %,14.0f %8.0f%n",
        fold,
        one,
        five,
        (double) entries / SAMPLES,
        (double) memory(names + ":keys") / keys);
  }

  private static List<String> views(String fold, int count) {
    var views = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      views.add(fold + "-" + i);
    }
    return views;
  }

  // ---- the service

  private void append() throws Exception {
    for (int from = 0; from < events; from += BATCH) {
      var batch = new StringBuilder("[");
      for (int i = from; i < from + BATCH; i++) {
        batch.append(i == from ? "" : ",").append(event(i));
      }
      send(
          HttpRequest.newBuilder(URI.create(service.uri() + "/streams/bench/events"))
              .header("Content-Type", "application/cloudevents-batch+json")
              .POST(HttpRequest.BodyPublishers.ofString(batch.append(']').toString())));
    }
  }

  private String key(int event) {
    return "key-" + event % keys;
  }

  private String event(int i) {
    return """
        {"specversion":"1.0","id":"%d","source":"/b","type":"t","subject":"%s",\
        "time":"2026-01-01T00:%02d:00Z","data":{"amount":%d.25,"user":"user-%d","text":"%s"}}"""
        .formatted(i, key(i), i / keys, i % 97, i % 503, "x".repeat(60));
  }

  private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer = answer(request);
    if (answer.statusCode() >= 300) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    return json.readTree(answer.body());
  }

  private HttpResponse<String> answer(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Nothing is known of one that no worker has begun to build. */
  private JsonNode view(String view) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        answer(HttpRequest.newBuilder(URI.create(service.uri() + "/views/" + view)));
    return answer.statusCode() == UNAVAILABLE
        ? MissingNode.getInstance()
        : json.readTree(answer.body());
  }

  private String generation(String view) throws IOException, InterruptedException {
    return view(view).path("generation").asText();
  }

  /** Events applied per second by all of the views together. */
  private double rebuild(List<String> views) throws IOException, InterruptedException {
    String before = generation(views.getLast());
    long start = System.nanoTime();
    for (String view : views) {
      send(
          HttpRequest.newBuilder(URI.create(service.uri() + "/views/" + view + "/rebuild"))
              .POST(HttpRequest.BodyPublishers.noBody()));
    }
    awaitApplied(views, before);
    return (double) events * views.size() / ((System.nanoTime() - start) / 1e9);
  }

  /** A generation is served when it has caught up. */
  private void awaitApplied(List<String> views, String before)
      throws IOException, InterruptedException {
    for (String view : views.reversed()) {
      JsonNode now = view(view);
      while (now.path("generation").asText().equals(before)
          || now.at("/partitions/0/lag").asLong(1) != 0
          || now.at("/partitions/0/entries").asLong() != keys) {
        LockSupport.parkNanos(5_000_000);
        now = view(view);
      }
    }
  }

  // ---- Redis

  private Response ask(Request request) {
    return redis.send(request).toCompletionStage().toCompletableFuture().join();
  }

  private long memory(String key) {
    Response bytes = ask(Request.cmd(Command.MEMORY).arg("USAGE").arg(key).arg("SAMPLES").arg(0));
    return bytes == null ? 0 : bytes.toLong();
  }

  /**
   * Reads a batch, writes a field of each event's entry, acknowledges; the next read goes along.
   */
  private double raw() {
    double best = 0;
    for (int run = 0; run < runs; run++) {
      String group = "raw-" + run;
      ask(Request.cmd(Command.XGROUP).arg("CREATE").arg("ps:{bench/0}:events").arg(group).arg("0"));
      long start = System.nanoTime();
      int applied = 0;
      Response read = ask(read(group));
      while (read != null && read.size() > 0) {
        var commands = new ArrayList<Request>();
        Request acknowledge = Request.cmd(Command.XACK).arg("ps:{bench/0}:events").arg(group);
        for (Response entry : read.get(0).get(1)) {
          acknowledge.arg(entry.get(0).toString());
          commands.add(
              Request.cmd(Command.HSET)
                  .arg("raw:" + run + ":" + key(applied++))
                  .arg("count")
                  .arg("1"));
        }
        commands.add(acknowledge);
        commands.add(read(group));
        read = redis.batch(commands).toCompletionStage().toCompletableFuture().join().getLast();
      }
      best = Math.max(best, applied / ((System.nanoTime() - start) / 1e9));
    }
    return best;
  }

  private static Request read(String group) {
    return Request.cmd(Command.XREADGROUP)
        .arg("GROUP")
        .arg(group)
        .arg("raw")
        .arg("COUNT")
        .arg(RAW_BATCH)
        .arg("STREAMS")
        .arg("ps:{bench/0}:events")
        .arg(">");
  }
}
