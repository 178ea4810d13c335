package penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.PackagedService;
import penstock.fuzz.RawExchange.Answer;
import penstock.fuzz.RequestGenerator.Request;
import penstock.redis.RedisServer;

/**
 * Requests made of the OpenAPI document against the packaged service: none is answered with 500 or
 * not at all, each refusal is a problem document, and what the service keeps does not grow. {@code
 * -Dfuzz.requests} of them, by {@code -Dfuzz.seed}.
 */
class RequestFuzzIT {

  private static final int REQUESTS = Integer.getInteger("fuzz.requests", 10_000);
  private static final long SEED = Long.getLong("fuzz.seed", 13);
  private static final int CONNECTIONS = 8;

  /** Requests after which all is loaded and every cache that is bounded has something in it. */
  private static final double WARM_UP = 0.3;

  private static final long MOST_GROWTH = 48L << 20;

  private static final List<String> NAMES =
      List.of("orders", "orders", "state", "workers", "alice", "other", "0.1-0", "1-0");

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
  private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();

  @Test
  void eachRequestIsAnsweredAndNoneWith500() throws Exception {
    try (var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts",
                    redis.uri(),
                    "penstock.streams.orders.partitions",
                    "2",
                    "penstock.streams.auto-create",
                    "true",
                    "penstock.views.state.stream",
                    "orders",
                    "penstock.views.state.fold",
                    "merge",
                    "penstock.views.state.key",
                    "subject"),
                "-Xmx256m")) {
      service.awaitReady();
      JsonNode api =
          JSON.readTree(RestAssured.get(service.uri() + "/q/openapi?format=json").asString());
      var generator = new RequestGenerator(api, NAMES, SEED);
      assertThat(generator.operations()).isGreaterThan(30);

      int warmUp = (int) (REQUESTS * WARM_UP);
      send(service.port(), api, warmUp, SEED);
      long before = used(service.pid());
      send(service.port(), api, REQUESTS - warmUp, SEED + CONNECTIONS);
      long after = used(service.pid());

      System.out.printf(
          "seed %d: %d requests, answers %s, heap %d MiB, then %d MiB%n",
          SEED, REQUESTS, new TreeMap<>(statuses), before >> 20, after >> 20);
      assertThat(faults).as("seed %d", SEED).isEmpty();
      assertThat(service.log()).noneMatch(line -> line.contains("unforeseen failure"));
      assertThat(after).as("heap").isLessThan(before + MOST_GROWTH);
      assertThat(RestAssured.get(service.uri() + "/q/health/ready").statusCode()).isEqualTo(200);
    }
  }

  private void send(int port, JsonNode api, int requests, long seed) throws Exception {
    try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < CONNECTIONS; i++) {
        var generator = new RequestGenerator(api, NAMES, seed + i);
        running.add(threads.submit(() -> send(port, generator, requests / CONNECTIONS)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
  }

  private void send(int port, RequestGenerator generator, int requests) {
    try (var exchange = new RawExchange(port)) {
      for (int i = 0; i < requests && faults.size() < 10; i++) {
        Request request = generator.next();
        try {
          Answer answer = exchange.send(request);
          statuses.computeIfAbsent(answer.status(), status -> new LongAdder()).increment();
          check(request, answer);
        } catch (IOException | RuntimeException unanswered) {
          faults.add(unanswered + ": " + request);
          exchange.hangUp();
        }
      }
    } catch (IOException closing) {
      faults.add(closing.toString());
    }
  }

  private void check(Request request, Answer answer) throws IOException {
    // Below /q/ the framework refuses in its own way, such as what may not be accepted of metrics.
    if (answer.status() < 400 || answer.status() < 500 && request.target().startsWith("/q/")) {
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
      faults.add(answer + ": " + request);
    }
  }

  /** Bytes of all objects that are reachable. */
  private static long used(long pid) throws IOException, InterruptedException {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(tool.toString(), Long.toString(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String histogram = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    String total = histogram.substring(histogram.lastIndexOf("Total"));
    return Long.parseLong(total.strip().split("\\s+")[2]);
  }
}
