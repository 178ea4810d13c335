package penstock.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The way to an archive's node, which fails as told by a seed: requests that are overloaded, too
 * large, or done without an answer; single documents for which there is no room now. Some events it
 * never takes, as a mapping does.
 */
final class FaultyArchive implements AutoCloseable {

  private static final int IMPOSSIBLE = 50;
  private static final int NO_ANSWER = 0;
  private static final int OK = 200;
  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final LongAdder requests = new LongAdder();
  private final LongAdder overloaded = new LongAdder();
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final Random random;
  private final int failing;
  private final boolean refusingFirst;
  private final URI node;
  private final HttpServer server;

  private FaultyArchive(String node, long seed, int failing, boolean refusingFirst) {
    this.node = URI.create(node);
    this.random = new Random(seed);
    this.failing = failing;
    this.refusingFirst = refusingFirst;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::pass);
    server.start();
  }

  /**
   * One that fails at random.
   *
   * @param failing of a hundred requests, how many fail
   */
  static FaultyArchive failing(String node, long seed, int failing) {
    return new FaultyArchive(node, seed, failing, false);
  }

  /** One that has no room for any document the first time that it is sent. */
  static FaultyArchive refusingFirst(String node) {
    return new FaultyArchive(node, 1, 0, true);
  }

  /** One that passes everything on. */
  static FaultyArchive open(String node) {
    return new FaultyArchive(node, 1, 0, false);
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  long requests() {
    return requests.sum();
  }

  /** Documents for which there was no room. */
  long overloaded() {
    return overloaded.sum();
  }

  /** Whether a mapping refuses the event, whenever it comes. */
  boolean isImpossible(String event) {
    return failing > 0 && Math.floorMod(event.hashCode(), IMPOSSIBLE) == 0;
  }

  private void pass(HttpExchange exchange) throws IOException {
    requests.increment();
    byte[] body = exchange.getRequestBody().readAllBytes();
    try {
      if (exchange.getRequestURI().getPath().equals("/_bulk")) {
        bulk(exchange, new String(body, StandardCharsets.UTF_8));
      } else {
        HttpResponse<byte[]> answer = ask(exchange, body);
        answer(exchange, answer.statusCode(), answer.body());
      }
    } catch (IOException away) {
      // As the node did: no answer.
    } finally {
      exchange.close();
    }
  }

  private void bulk(HttpExchange exchange, String body) throws IOException {
    List<Document> all = documents(body);
    int fault = fault(all.size());
    if (fault != OK && fault != NO_ANSWER) {
      answer(exchange, fault, "{}".getBytes(StandardCharsets.UTF_8));
      return;
    }
    List<Document> passed = all.stream().filter(one -> one.error() == null).toList();
    var items = new ArrayList<JsonObject>();
    if (!passed.isEmpty()) {
      var lines = new StringBuilder();
      passed.forEach(one -> lines.append(one.lines()));
      HttpResponse<byte[]> answer =
          ask(exchange, lines.toString().getBytes(StandardCharsets.UTF_8));
      if (answer.statusCode() != OK) {
        answer(exchange, answer.statusCode(), answer.body());
        return;
      }
      new JsonObject(new String(answer.body(), StandardCharsets.UTF_8))
          .getJsonArray("items")
          .forEach(item -> items.add((JsonObject) item));
    }
    if (fault == NO_ANSWER) {
      return;
    }
    var merged = new JsonArray();
    int next = 0;
    for (Document one : all) {
      merged.add(one.error() == null ? items.get(next++) : one.error());
    }
    answer(
        exchange,
        OK,
        new JsonObject()
            .put("errors", true)
            .put("items", merged)
            .encode()
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Status of the whole request; one document alone is not too large. */
  private synchronized int fault(int documents) {
    if (random.nextInt(100) >= failing) {
      return OK;
    }
    return switch (random.nextInt(5)) {
      case 0 -> 429;
      case 1 -> 503;
      case 2 -> documents > 1 ? 413 : 502;
      case 3 -> 500;
      default -> NO_ANSWER;
    };
  }

  /**
   * A document of a request.
   *
   * @param error what becomes of it here; null if it is passed on
   */
  private record Document(String lines, @Nullable JsonObject error) {}

  private List<Document> documents(String body) {
    var documents = new ArrayList<Document>();
    String[] lines = body.split("\n");
    for (int i = 0; i + 1 < lines.length; i += 2) {
      String event = new JsonObject(lines[i + 1]).getString("id");
      documents.add(new Document(lines[i] + "\n" + lines[i + 1] + "\n", error(event)));
    }
    return documents;
  }

  private synchronized @Nullable JsonObject error(String event) {
    boolean first = seen.add(event);
    if (isImpossible(event)) {
      return item(400, "mapper_parsing_exception");
    }
    if (refusingFirst ? first : random.nextInt(100) < failing) {
      overloaded.increment();
      return item(429, "rejected_execution_exception");
    }
    return null;
  }

  private static JsonObject item(int status, String type) {
    return new JsonObject()
        .put(
            "create",
            new JsonObject()
                .put("status", status)
                .put("error", new JsonObject().put("type", type).put("reason", "as told")));
  }

  private HttpResponse<byte[]> ask(HttpExchange exchange, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(node.resolve(exchange.getRequestURI().toString()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
            .timeout(ANSWER);
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (type != null) {
      request.header("Content-Type", type);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  /** The ids among these that are never taken. */
  Set<String> impossible(List<String> events) {
    var impossible = new HashSet<>(events);
    impossible.removeIf(event -> !isImpossible(event));
    return impossible;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
  }
}
