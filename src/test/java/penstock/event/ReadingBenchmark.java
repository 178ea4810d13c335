package penstock.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.cloudevents.jackson.JsonFormat;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.zip.GZIPInputStream;
import penstock.json.JsonPointer;

/**
 * How long it takes to read, write and digest an event, beside the CloudEvents SDK and a bare pass
 * of Jackson's streaming parser, on one thread. Run with
 *
 * <pre>
 * ./mvnw -q test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp target/test-classes:target/classes:$(cat target/classpath) \
 *     penstock.event.ReadingBenchmark [commits.ndjson.gz]
 * </pre>
 *
 * Each figure is processor time of the thread: the best and the median round after a warm-up. On a
 * machine that has other work the best one says more.
 */
final class ReadingBenchmark {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int WARM_UP_ROUNDS = 30;
  private static final int ROUNDS = 50;
  private static final long ROUND_NANOS = 30_000_000;
  private static final int CALLS_BETWEEN_CLOCKS = 1_000;
  private static final int BATCH = 100;

  private static final String SMALL =
      """
      {"specversion":"1.0","id":"b7c3a6f2-0001","source":"/orders","type":"com.example.order.paid",\
      "subject":"order-4711","time":"2026-01-02T03:04:05Z","datacontenttype":"application/json",\
      "data":{"total":12.50,"paid":true}}""";

  private final JsonFormat sdk = new JsonFormat();
  private final HttpEvents ours = new HttpEvents(new EventLimits(262_144, 1_000));
  private final JsonFactory jackson =
      new JsonFactoryBuilder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();
  private final MultiMap structured = contentType("application/cloudevents+json");
  private final MultiMap batched = contentType("application/cloudevents-batch+json");
  private final MultiMap binary = contentType("application/json");

  public static void main(String[] arguments) throws IOException {
    var benchmark = new ReadingBenchmark();
    benchmark.measure("event of " + SMALL.length() + " bytes", List.of(SMALL));
    if (arguments.length > 0) {
      List<String> commits = lines(Path.of(arguments[0]));
      long bytes =
          commits.stream().mapToLong(line -> line.getBytes(StandardCharsets.UTF_8).length).sum();
      benchmark.measure(
          commits.size() + " commits of " + bytes / commits.size() + " bytes on average", commits);
    }
  }

  private ReadingBenchmark() {
    binary
        .add("ce-specversion", "1.0")
        .add("ce-id", "b7c3a6f2-0001")
        .add("ce-source", "/orders")
        .add("ce-type", "com.example.order.paid")
        .add("ce-subject", "order-4711")
        .add("ce-time", "2026-01-02T03:04:05Z")
        .add("Host", "localhost:8080")
        .add("Content-Length", "27");
  }

  private void measure(String title, List<String> events) {
    System.out.println(title);
    List<byte[]> bodies = events.stream().map(ReadingBenchmark::utf8).toList();
    List<Buffer> buffers = bodies.stream().map(Buffer::buffer).toList();
    List<Buffer> batches = batches(events);
    List<Event> read = new ArrayList<>();
    batches.forEach(batch -> read.addAll(ours.read(batched, batch, ReadingBenchmark::noDefaults)));
    Buffer data = Buffer.buffer("{\"total\":12.50,\"paid\":true}");

    time("SDK, JsonFormat.deserialize", bodies, 1, body -> sdk.deserialize(body).getId().length());
    time("Jackson, a bare pass over the tokens", bodies, 1, this::tokens);
    time(
        "ours, structured",
        buffers,
        1,
        body -> ours.read(structured, body, ReadingBenchmark::noDefaults).size());
    time(
        "ours, batches of " + BATCH + ", each event",
        batches,
        BATCH,
        body -> ours.read(batched, body, ReadingBenchmark::noDefaults).size());
    time(
        "ours, binary mode (a fixed event)",
        List.of(data),
        1,
        body -> ours.read(binary, body, ReadingBenchmark::noDefaults).size());
    time("EventDigest", read, 1, event -> EventDigest.of(event)[0]);
    time("EventFields.write", read, 1, event -> EventFields.write(event).size());
    time(
        "EventJson.write",
        read,
        1,
        event -> {
          Buffer out = Buffer.buffer(1024);
          EventJson.write(event, out);
          return out.length();
        });
    JsonPointer pointer = JsonPointer.parse("/files");
    time(
        "JsonPointer.find",
        read,
        1,
        event -> pointer.find(((EventData.Json) event.data()).json()) == null ? 0 : 1);
  }

  private int tokens(byte[] body) {
    try (JsonParser parser = jackson.createParser(body)) {
      int length = 0;
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          length += parser.getText().length();
        } else if (parser.currentToken() == JsonToken.FIELD_NAME
            && parser.currentName().equals("data")) {
          parser.nextToken();
          parser.skipChildren();
        }
      }
      return length;
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static <T> void time(String what, List<T> inputs, int each, ToIntFunction<T> work) {
    double[] nanos = new double[ROUNDS];
    int sink = 0;
    int next = 0;
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      long count = 0;
      long begin = THREADS.getCurrentThreadCpuTime();
      long elapsed;
      do {
        for (int i = 0; i < CALLS_BETWEEN_CLOCKS; i++) {
          sink += work.applyAsInt(inputs.get(next));
          next = next + 1 == inputs.size() ? 0 : next + 1;
        }
        count += CALLS_BETWEEN_CLOCKS;
        elapsed = THREADS.getCurrentThreadCpuTime() - begin;
      } while (elapsed < ROUND_NANOS);
      if (round >= 0) {
        nanos[round] = (double) elapsed / (count * each);
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "  %-40s %6.0f ns, median %6.0f ns%s%n",
        what,
        nanos[0],
        nanos[ROUNDS / 2],
        sink == 42 ? " " : "");
  }

  private static List<Buffer> batches(List<String> events) {
    List<String> enough = new ArrayList<>(events);
    while (enough.size() < BATCH) {
      enough.addAll(events);
    }
    var batches = new ArrayList<Buffer>();
    for (int from = 0; from + BATCH <= enough.size(); from += BATCH) {
      batches.add(Buffer.buffer("[" + String.join(",", enough.subList(from, from + BATCH)) + "]"));
    }
    return batches;
  }

  private static List<String> lines(Path gzip) throws IOException {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(gzip)), StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  private static MultiMap contentType(String value) {
    return HeadersMultiMap.httpHeaders().add("Content-Type", value);
  }

  private static PlainDefaults noDefaults() {
    throw new IllegalStateException("not plain JSON");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
