package penstock.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import penstock.PackagedApplication;
import penstock.Patience;
import penstock.redis.embedded.ServerProcess;

/**
 * The packaged service as a process of its own, on a port that it keeps when it is killed, stopped
 * and started again. It ends with the JVM of the test, whatever ends that. Its methods block.
 */
public final class ServiceProcess implements AutoCloseable {

  /** What {@code ./mvnw package} makes, or the native executable in its place. */
  public static final Path PACKAGED = PackagedApplication.DIRECTORY;

  /** A JVM needs much of what a busy machine has least of. */
  private static final Duration STARTED_WITHIN = Patience.LIMIT.multipliedBy(2);

  private static final int PROBE_MILLIS = 2_000;
  private static final Duration BETWEEN_PROBES = Duration.ofMillis(50);

  /** Many of them share the machine, and they are started often. */
  private static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

  private Path application;
  private Map<String, String> config;
  private final SupervisedProcess process;
  private final List<String> options;
  private final int port;

  /**
   * @param application what was packaged: {@link #PACKAGED} or a copy
   * @param config by name of the property; the port is chosen here
   * @param log the file that its output is added to, over all its starts
   */
  public ServiceProcess(Path application, Map<String, String> config, Path log) {
    this(application, config, log, SMALL);
  }

  /**
   * As the other one, with other options of the JVM.
   *
   * @param options for memory, compilers and the like
   */
  ServiceProcess(Path application, Map<String, String> config, Path log, List<String> options) {
    this.options = List.copyOf(options);
    this.application = application;
    this.config = Map.copyOf(config);
    this.process = new SupervisedProcess("the service", log);
    try {
      this.port = ServerProcess.freePort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Has something else started the next time.
   *
   * @param change given the properties that there were, sets and removes some
   */
  public synchronized void redeploy(Path other, Consumer<Map<String, String>> change) {
    application = other;
    Map<String, String> changed = new HashMap<>(config);
    change.accept(changed);
    config = Map.copyOf(changed);
  }

  /** Starts it; see {@link #awaitReady}. */
  public synchronized void start() {
    Map<String, String> properties = new HashMap<>(config);
    properties.put("quarkus.http.port", String.valueOf(port));
    process.start(PackagedApplication.command(application, options, properties));
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  public int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  public boolean isRunning() {
    return process.isRunning();
  }

  /** Waits until it says that it is ready. */
  public void awaitReady() {
    long start = System.nanoTime();
    String said = "nothing yet";
    while (System.nanoTime() - start < STARTED_WITHIN.toNanos()) {
      if (!isRunning()) {
        throw new IllegalStateException("the service ended: " + end());
      }
      try {
        var asked = (HttpURLConnection) uri().resolve("/q/health/ready").toURL().openConnection();
        asked.setConnectTimeout(PROBE_MILLIS);
        asked.setReadTimeout(PROBE_MILLIS);
        if (asked.getResponseCode() == HttpURLConnection.HTTP_OK) {
          return;
        }
        said = new String(asked.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException notYet) {
        said = String.valueOf(notYet.getMessage());
      }
      if (process.ended(BETWEEN_PROBES)) {
        continue;
      }
    }
    throw new IllegalStateException("the service is not ready: " + said + "\n" + end());
  }

  /** Ends it as kill -9 does. */
  public void kill() {
    process.kill();
  }

  /** Ends it as an operator does: SIGTERM. Returns when it has gone. */
  public void stop() {
    process.stop();
  }

  /** Suspends it: connections stay, answers do not come. */
  public void pause() {
    process.pause();
  }

  public void resume() {
    process.resume();
  }

  /** The end of its log. */
  public String end() {
    return process.log();
  }

  @Override
  public void close() {
    if (isRunning()) {
      kill();
    }
  }
}
