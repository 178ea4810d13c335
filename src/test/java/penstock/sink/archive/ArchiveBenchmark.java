package penstock.sink.archive;

import static penstock.Patience.await;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkTarget;
import penstock.stream.Position;

/**
 * How many events a second an archive takes in, and beside it {@code _bulk} driven raw with the
 * same documents, made before: in turn, in one run, each into an index of its own of one OpenSearch
 * node, in requests of 500 events, one at a time. The archive writes each document, sends it, and
 * reads what became of it. Run it from the project's root:
 *
 * <pre>
 * ./mvnw -q test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath -Dmdep.includeScope=test
 * java -cp target/test-classes:target/classes:$(cat target/classpath) penstock.sink.archive.ArchiveBenchmark [ROUNDS]
 * </pre>
 */
final class ArchiveBenchmark {

  private static final Path FILE = Path.of("src/test/resources/commits.ndjson.gz");
  private static final int BATCH = 500;
  private static final int ROUNDS = 5;
  private static final int WARM_UPS = 2;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final OpenSearch node;
  private final Vertx vertx;
  private final List<Delivery> events;

  private ArchiveBenchmark(OpenSearch node, Vertx vertx, List<Delivery> events) {
    this.node = node;
    this.vertx = vertx;
    this.events = events;
  }

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
    Vertx vertx = Vertx.vertx();
    try (OpenSearch node = OpenSearch.start("-Xms1g", "-Xmx1g")) {
      new ArchiveBenchmark(node, vertx, read()).run(rounds);
    } finally {
      await(vertx.close());
    }
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
    double[] raw = new double[rounds];
    double[] archive = new double[rounds];
    for (int round = -WARM_UPS; round < rounds; round++) {
      double first = raw("raw-" + (round + WARM_UPS));
      double second = archive("archive-" + (round + WARM_UPS));
      if (round >= 0) {
        raw[round] = first;
        archive[round] = second;
      }
    }
    double[] ratios = new double[rounds];
    Arrays.setAll(ratios, round -> archive[round] / raw[round]);
    System.out.println("| _bulk raw, events/s | archive, events/s | ratio |\n|---|---|---|");
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %s |%n",
        median(raw, "%,.0f"),
        median(archive, "%,.0f"),
        median(ratios, "%.2f"));
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
