package penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.PackagedService;
import penstock.fuzz.RawExchange.Answer;
import penstock.fuzz.RequestGenerator.Request;
import penstock.redis.RedisServer;

/**
 * Requests made of the OpenAPI document against the packaged service, which asks who calls: none is
 * answered with 500 or not at all, each refusal is a problem document, and what the service keeps
 * does not grow. {@code -Dfuzz.requests} of them over {@code -Dfuzz.connections}, by {@code
 * -Dfuzz.seed}. What is found is told with its number: {@code -Dfuzz.first} begins with that one.
 */
class RequestFuzzIT {

  private static final int REQUESTS = Integer.getInteger("fuzz.requests", 10_000);
  private static final long FIRST = Long.getLong("fuzz.first", 0);
  private static final long SEED = Long.getLong("fuzz.seed", 13);

  /** Some requests wait for something, for seconds; the others go on meanwhile. */
  private static final int CONNECTIONS = Integer.getInteger("fuzz.connections", 64);

  /** Behind the first of these all is loaded, and every cache that is bounded has something. */
  private static final int PARTS = 4;

  private static final long MOST_GROWTH = 48L << 20;

  private static final List<String> NAMES =
      List.of("orders", "orders", "state", "workers", "alice", "other", "0.1-0", "1-0");

  private static final String ALL = "fuzz-".repeat(8);
  private static final String SOME = "some-".repeat(8);
  private static final String AUTHORIZATION = "Authorization";

  /** Most may do everything; some only a little, and some do not say who they are. */
  private static final List<String> CALLERS =
      List.of(bearer(ALL), bearer(ALL), bearer(ALL), bearer(ALL), bearer(ALL), bearer(SOME), "");

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
  private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();
  private final AtomicLong next = new AtomicLong(FIRST);

  private static String bearer(String key) {
    return AUTHORIZATION + ": Bearer " + key + "\r\n";
  }

  /** Two keys: of one that may do everything, and of one whose rights have conditions. */
  private Path keys() throws IOException, GeneralSecurityException {
    return Files.writeString(
        directory.resolve("keys"),
        """
        fuzzer:%s:{"publish":["*"],"read":["*","penstock-audit"],"view":["*"],"group":["*"],"presence":["*"],"sink":["*"],"admin":["*"]}
        little:%s:{"read":[{"stream":"orders","subject":"a*"}],"view":[{"view":"state","key":["a","alice"]}],"presence":[{"room":"orders","member":"alice"}],"publish":[{"stream":"orders","subject":"a"}]}
        """
            .formatted(digest(ALL), digest(SOME)));
  }

  private static String digest(String key) throws GeneralSecurityException {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }

  private Map<String, String> settings(RedisServer redis)
      throws IOException, GeneralSecurityException {
    var settings = new HashMap<String, String>();
    settings.put("quarkus.redis.hosts", redis.uri());
    settings.put("quarkus.http.host", "127.0.0.1");
    settings.put("penstock.auth.mode", "api-key");
    settings.put("penstock.auth.api-keys.file", keys().toString());
    settings.put("penstock.streams.orders.partitions", "2");
    settings.put("penstock.streams.auto-create", "true");
    settings.put("penstock.views.state.stream", "orders");
    settings.put("penstock.views.state.fold", "merge");
    settings.put("penstock.views.state.key", "subject");
    return settings;
  }

  @Test
  void eachRequestIsAnsweredAndNoneWith500() throws Exception {
    try (var redis = RedisServer.start();
        var service = PackagedService.start(directory, settings(redis), "-Xmx256m")) {
      service.awaitReady();
      JsonNode api =
          JSON.readTree(
              RestAssured.given()
                  .header(AUTHORIZATION, "Bearer " + ALL)
                  .get(service.uri() + "/q/openapi?format=json")
                  .asString());
      assertThat(new RequestGenerator(api, NAMES, CALLERS, SEED).operations()).isGreaterThan(30);

      List<Long> heap = new ArrayList<>(List.of(used(service.pid())));
      long start = System.nanoTime();
      for (int part = 1; part <= PARTS; part++) {
        send(service.port(), api, FIRST + (long) REQUESTS * part / PARTS);
        heap.add(used(service.pid()));
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);

      System.out.printf(
          "seed %d: %d requests from number %d on in %.1f s, answers %s, MiB of heap %s%n",
          SEED,
          statuses.values().stream().mapToLong(LongAdder::sum).sum(),
          FIRST,
          took.toMillis() / 1e3,
          new TreeMap<>(statuses),
          heap.stream().map(bytes -> bytes >> 20).toList());
      assertThat(faults)
          .as(() -> "seed " + SEED + ", unforeseen:\n" + unforeseen(service.log()))
          .isEmpty();
      assertThat(service.log()).noneMatch(line -> line.contains("unforeseen failure"));
      assertThat(heap.getLast()).as("heap").isLessThan(heap.get(1) + MOST_GROWTH);
      assertThat(RestAssured.get(service.uri() + "/q/health/ready").statusCode()).isEqualTo(200);
    }
  }

  /** All up to a number, each by whichever connection is free. */
  private void send(int port, JsonNode api, long end) throws Exception {
    try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < CONNECTIONS; i++) {
        var generator = new RequestGenerator(api, NAMES, CALLERS, SEED);
        running.add(threads.submit(() -> send(port, generator, end)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    next.set(end);
  }

  private void send(int port, RequestGenerator generator, long end) {
    try (var exchange = new RawExchange(port)) {
      for (long number = next.getAndIncrement();
          number < end && faults.size() < 10;
          number = next.getAndIncrement()) {
        Request request = generator.request(number);
        try {
          Answer answer = exchange.send(request);
          statuses.computeIfAbsent(answer.status(), status -> new LongAdder()).increment();
          check(number, request, answer);
        } catch (IOException | RuntimeException unanswered) {
          fault(number, unanswered, request);
          exchange.hangUp();
        }
      }
    } catch (IOException closing) {
      faults.add(closing.toString());
    }
  }

  private void fault(long number, Object what, Request request) {
    faults.add("-Dfuzz.seed=%d -Dfuzz.first=%d: %s: %s".formatted(SEED, number, what, request));
  }

  private void check(long number, Request request, Answer answer) throws IOException {
    if (answer.status() < 400 || isNotReady(request, answer)) {
      return;
    }
    boolean good = answer.status() != 500 && answer.isProblem();
    if (good && !request.method().equals("HEAD")) {
      JsonNode problem = JSON.readTree(answer.body());
      good =
          problem.path("status").asInt() == answer.status()
              && problem.path("type").asText().startsWith("urn:penstock:problem:")
              && !problem.path("title").asText().isEmpty();
    }
    if (!good) {
      fault(number, answer, request);
    }
  }

  /** The end of the log, from where it first tells of a defect. */
  private static String unforeseen(List<String> log) {
    return log.stream()
        .dropWhile(line -> !line.contains("unforeseen failure"))
        .limit(60)
        .collect(Collectors.joining("\n"));
  }

  /** Readiness says in a form of its own that a view's stream was removed a moment ago. */
  private static boolean isNotReady(Request request, Answer answer) {
    return answer.status() == 503 && request.target().startsWith("/q/health");
  }

  /** Bytes of all objects that are reachable. */
  private static long used(long pid) throws IOException, InterruptedException {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(tool.toString(), Long.toString(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String histogram = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    String total = histogram.substring(histogram.lastIndexOf("Total"));
    return Long.parseLong(total.strip().split("\\s+")[2]);
  }
}
