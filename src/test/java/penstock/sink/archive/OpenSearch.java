package penstock.sink.archive;

import static penstock.Patience.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import penstock.Patience;
import penstock.ProcessSignal;
import penstock.redis.embedded.ServerProcess;

/**
 * A real OpenSearch node in a process of its own, with its data on disk, both of which end with the
 * tests. Use an index of your own.
 */
public final class OpenSearch implements AutoCloseable {

  private static final Path CLASS_PATH = Path.of("target", "opensearch.classpath");
  private static final Path SOURCE = Path.of("src", "test", "opensearch", "OpenSearchNode.java");
  private static final List<String> SMALL =
      List.of("-Xms384m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  private static final int PORT_ATTEMPTS = 5;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> options;
  private final Path home;
  private final AtomicReference<Process> process;
  private int port;

  private OpenSearch(List<String> options) {
    this.options = options;
    this.process = new AtomicReference<>();
    try {
      home = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "opensearch-");
      for (int attempt = 0; !isRunning(); attempt++) {
        if (attempt == PORT_ATTEMPTS) {
          throw new IllegalStateException("it does not start: " + log());
        }
        port = ServerProcess.freePort();
        launch();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  /** One that runs already. */
  private OpenSearch(Path home, int port, AtomicReference<Process> process) {
    this.options = SMALL;
    this.home = home;
    this.process = process;
    this.port = port;
  }

  private static final class Shared {

    /**
     * Quarkus loads a test's classes anew, so that a static field is there once for each loader.
     */
    private static final String HOME = OpenSearch.class.getName() + ".home";

    private static final String PORT = OpenSearch.class.getName() + ".port";
    private static final String PROCESS = OpenSearch.class.getName() + ".process";

    static final OpenSearch NODE = find();

    private static OpenSearch find() {
      Properties all = System.getProperties();
      synchronized (all) {
        if (all.get(PROCESS) instanceof AtomicReference<?> known) {
          return new OpenSearch((Path) all.get(HOME), (Integer) all.get(PORT), cast(known));
        }
        var node = new OpenSearch(SMALL);
        all.put(HOME, node.home);
        all.put(PORT, node.port);
        all.put(PROCESS, node.process);
        Runtime.getRuntime().addShutdownHook(new Thread(node::close));
        return node;
      }
    }

    @SuppressWarnings("unchecked")
    private static AtomicReference<Process> cast(AtomicReference<?> known) {
      return (AtomicReference<Process>) known;
    }
  }

  /** The one that all tests of this JVM share; started when it is first asked for. */
  public static OpenSearch shared() {
    return Shared.NODE;
  }

  /**
   * One of your own.
   *
   * @param options of the JVM
   */
  public static OpenSearch start(String... options) {
    return new OpenSearch(options.length == 0 ? SMALL : List.of(options));
  }

  private void launch() throws IOException {
    if (!Files.exists(CLASS_PATH)) {
      throw new IllegalStateException(CLASS_PATH + " is made by ./mvnw process-test-resources");
    }
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(options);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(Files.readString(CLASS_PATH).strip());
    command.add(SOURCE.toString());
    command.addAll(List.of(home.toAbsolutePath().toString(), Integer.toString(port)));
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
            .start();
    // Standard input stays open for as long as this JVM lives; the node ends with it.
    process.set(started);
    await().until(() -> !started.isAlive() || answers());
  }

  private boolean isRunning() {
    Process started = process.get();
    return started != null && started.isAlive();
  }

  private boolean answers() {
    try {
      return send("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s", "").statusCode()
          == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private String log() {
    try {
      return Files.readString(home.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  public int port() {
    return port;
  }

  public String uri() {
    return "http://127.0.0.1:" + port;
  }

  /** What it answers, which must not be an error. */
  public JsonObject ask(String method, String path, String body) {
    try {
      HttpResponse<String> response = send(method, path, body);
      if (response.statusCode() >= 300) {
        throw new IllegalStateException(
            "%s %s: %d %s".formatted(method, path, response.statusCode(), response.body()));
      }
      return new JsonObject(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public JsonObject ask(String method, String path) {
    return ask(method, path, "");
  }

  private HttpResponse<String> send(String method, String path, String body) throws IOException {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(uri() + path))
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .header("Content-Type", "application/json")
              .timeout(Duration.ofSeconds(30))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** How many documents indices have that match, all that were answered included. */
  public int count(String indices) {
    ask("POST", "/" + indices + "/_refresh?ignore_unavailable=true");
    return ask("GET", "/" + indices + "/_count?ignore_unavailable=true").getInteger("count");
  }

  /** The hits of a search, all that was answered included. */
  public List<JsonObject> search(String indices, String query) {
    ask("POST", "/" + indices + "/_refresh");
    return ask("POST", "/" + indices + "/_search", query)
        .getJsonObject("hits")
        .getJsonArray("hits")
        .stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  /** All documents, by their ids. */
  public Map<String, JsonObject> documents(String indices) {
    var all = new LinkedHashMap<String, JsonObject>();
    ask("POST", "/" + indices + "/_refresh?ignore_unavailable=true");
    JsonObject page =
        ask(
            "POST",
            "/" + indices + "/_search?scroll=1m&ignore_unavailable=true",
            "{\"size\":5000}");
    while (!page.getJsonObject("hits").getJsonArray("hits").isEmpty()) {
      page.getJsonObject("hits")
          .getJsonArray("hits")
          .forEach(
              hit ->
                  all.put(
                      ((JsonObject) hit).getString("_id"),
                      ((JsonObject) hit).getJsonObject("_source")));
      page =
          ask(
              "POST",
              "/_search/scroll",
              new JsonObject()
                  .put("scroll", "1m")
                  .put("scroll_id", page.getString("_scroll_id"))
                  .encode());
    }
    return all;
  }

  /** Sends lines as they are, and returns the answer. */
  public Buffer bulk(Buffer lines) {
    return Buffer.buffer(ask("POST", "/_bulk", lines.toString()).encode());
  }

  /** Ends it as kill -9 does, and returns when it is gone. */
  public void kill() {
    process.get().destroyForcibly().onExit().join();
  }

  /** Starts it again on the same port and data. */
  public void startAgain() {
    try {
      launch();
      if (!isRunning()) {
        throw new IllegalStateException("it does not start again: " + log());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Suspends it: connections stay, answers do not come. */
  public void pause() {
    ProcessSignal.STOP.send(process.get().pid());
  }

  public void resume() {
    ProcessSignal.CONT.send(process.get().pid());
  }

  @Override
  public void close() {
    process
        .get()
        .destroyForcibly()
        .onExit()
        .orTimeout(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)
        .join();
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
