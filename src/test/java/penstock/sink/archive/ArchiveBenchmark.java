package penstock.sink.archive;

import static penstock.Patience.await;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import penstock.PackagedService;
import penstock.event.EventJson;
import penstock.redis.RedisConversation;
import penstock.redis.RedisServer;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;
import penstock.stream.Position;

/**
 * How many events a second an archive takes in, beside {@code _bulk} driven raw with the same
 * documents, made before: in turn, in one run, each into an index of its own of one OpenSearch
 * node, in requests of 500 events, one at a time.
 *
 * <ul>
 *   <li>the target alone: writes each document, sends it, and reads what became of it
 *   <li>a backlog: the packaged service has all events in its log, and its sink is resumed
 *   <li>the whole way: events are appended over HTTP, 500 in a request, one at a time, and the sink
 *       archives them meanwhile; timed from the first request until the last one is noted as
 *       delivered
 * </ul>
 *
 * <p>Run it from the project's root:
 *
 * <pre>
 * ./mvnw -q package dependency:build-classpath -DskipTests -Dmdep.outputFile=target/classpath -Dmdep.includeScope=test
 * java -cp target/test-classes:target/classes:$(cat target/classpath) penstock.sink.archive.ArchiveBenchmark [ROUNDS]
 * </pre>
 */
final class ArchiveBenchmark {

  private static final Path FILE = Path.of("src/test/resources/commits.ndjson.gz");
  private static final int BATCH = 500;
  private static final int ROUNDS = 5;
  private static final int WARM_UPS = 5;
  private static final String SERVED = "served";
  private static final String BATCHED = "application/cloudevents-batch+json";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final OpenSearch node;
  private final RedisServer redis;
  private final URI service;
  private final Vertx vertx;
  private final List<Delivery> events;

  private ArchiveBenchmark(
      OpenSearch node, RedisServer redis, URI service, Vertx vertx, List<Delivery> events) {
    this.node = node;
    this.redis = redis;
    this.service = service;
    this.vertx = vertx;
    this.events = events;
  }

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
    Vertx vertx = Vertx.vertx();
    try (OpenSearch node = OpenSearch.start("-Xms1g", "-Xmx1g");
        RedisServer redis = RedisServer.start();
        PackagedService service = start(redis, node)) {
      URI uri = URI.create("http://127.0.0.1:" + service.port());
      new ArchiveBenchmark(node, redis, uri, vertx, read()).run(rounds);
    } finally {
      await(vertx.close());
    }
  }

  private static PackagedService start(RedisServer redis, OpenSearch node) {
    return PackagedService.start(
        Path.of("target"),
        Map.of(
            "quarkus.redis.hosts", redis.uri(),
            "penstock.streams.bench.partitions", "1",
            "penstock.sinks.bench.stream", "bench",
            "penstock.sinks.bench.kind", "elasticsearch",
            "penstock.sinks.bench.hosts", node.uri(),
            "penstock.sinks.bench.index", SERVED,
            "penstock.sinks.bench.template", "true"),
        "-Xmx512m");
  }

  private static List<Delivery> read() throws IOException {
    var events = new ArrayList<Delivery>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(FILE)), StandardCharsets.UTF_8))) {
      lines
          .lines()
          .forEach(
              line ->
                  events.add(
                      TestArchive.delivery(
                          line, new Position(1_700_000_000_000L + events.size(), 0))));
    }
    return events;
  }

  private void run(int rounds) throws Exception {
    double[][] rates = new double[4][rounds];
    for (int round = -WARM_UPS; round < rounds; round++) {
      int number = round + WARM_UPS;
      double[] one = {raw("raw-" + number), archive("archive-" + number), backlog(), whole()};
      for (int i = 0; round >= 0 && i < one.length; i++) {
        rates[i][round] = one[i];
      }
    }
    System.out.println("| | events/s | beside raw |\n|---|---|---|");
    String[] names = {"`_bulk` raw", "the target alone", "a backlog", "the whole way"};
    for (int i = 0; i < names.length; i++) {
      double[] ratios = new double[rounds];
      double[] own = rates[i];
      Arrays.setAll(ratios, round -> own[round] / rates[0][round]);
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %s |%n",
          names[i],
          median(own, "%,.0f"),
          median(ratios, "%.2f"));
    }
  }

  private static String median(double[] values, String form) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (form + " (" + form + "-" + form + ")")
        .formatted(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }

  private SinkTarget target(String index) {
    SinkTarget target =
        TestArchive.target(
            vertx, new HashMap<>(Map.of("hosts", node.uri(), "index", index, "template", "true")));
    await(target.prepare());
    return target;
  }

  private double archive(String index) {
    SinkTarget target = target(index);
    long began = System.nanoTime();
    for (int from = 0; from < events.size(); from += BATCH) {
      List<Delivery> batch = events.subList(from, Math.min(from + BATCH, events.size()));
      if (!await(target.deliver(batch)).stream().allMatch(Outcome.DELIVERED::equals)) {
        throw new IllegalStateException("not all were delivered");
      }
    }
    double rate = rate(began);
    await(target.close());
    check(index);
    return rate;
  }

  private double raw(String index) throws Exception {
    await(target(index).close());
    var documents =
        new DocumentWriter(
            ArchiveSettings.of(TestArchive.sink(Map.of("hosts", "a", "index", index))).index(),
            penstock.sink.SinksConfig.IndexTime.EVENT);
    var requests = new ArrayList<HttpRequest>();
    for (int from = 0; from < events.size(); from += BATCH) {
      Buffer lines = Buffer.buffer();
      events
          .subList(from, Math.min(from + BATCH, events.size()))
          .forEach(event -> documents.write(event, lines));
      requests.add(
          HttpRequest.newBuilder(URI.create(node.uri() + "/_bulk"))
              .header("Content-Type", "application/x-ndjson")
              .POST(HttpRequest.BodyPublishers.ofByteArray(lines.getBytes()))
              .build());
    }
    long began = System.nanoTime();
    for (HttpRequest request : requests) {
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status != 200) {
        throw new IllegalStateException("status " + status);
      }
    }
    double rate = rate(began);
    check(index);
    return rate;
  }

  private double backlog() throws Exception {
    post("/sinks/bench/pause", "");
    append(batches());
    long began = System.nanoTime();
    post("/sinks/bench/resume", "");
    return served(began);
  }

  private double whole() throws Exception {
    List<String> batches = batches();
    long began = System.nanoTime();
    append(batches);
    return served(began);
  }

  /** All events, as others than before. */
  private List<String> batches() {
    String prefix = System.nanoTime() + "-";
    var batches = new ArrayList<String>();
    for (int from = 0; from < events.size(); from += BATCH) {
      var batch = new JsonArray();
      for (Delivery one : events.subList(from, Math.min(from + BATCH, events.size()))) {
        Buffer json = Buffer.buffer();
        EventJson.write(one.event(), json);
        batch.add(new JsonObject(json).put("id", prefix + one.event().id()));
      }
      batches.add(batch.encode());
    }
    return batches;
  }

  private void append(List<String> batches) throws Exception {
    for (String batch : batches) {
      post("/streams/bench/events", batch);
    }
  }

  private void post(String path, String body) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(service.resolve(path))
                .header("Content-Type", BATCHED)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
    }
  }

  /** The rate when all is noted as delivered. */
  private double served(long began) {
    try (RedisConversation conversation = redis.open()) {
      Object newest =
          ((List<?>)
                  ((List<?>)
                          conversation.ask(
                              "XREVRANGE", "ps:{bench/0}:events", "+", "-", "COUNT", "1"))
                      .getFirst())
              .getFirst();
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(
              () ->
                  newest.equals(conversation.ask("HGET", "ps:{bench/0}:sink:bench", "delivered")));
    }
    double rate = rate(began);
    check(SERVED);
    return rate;
  }

  private double rate(long began) {
    return events.size() * 1e9 / (System.nanoTime() - began);
  }

  private void check(String index) {
    if (node.count(index) != events.size()) {
      throw new IllegalStateException("the index has " + node.count(index));
    }
    node.ask("DELETE", "/" + index);
  }
}
