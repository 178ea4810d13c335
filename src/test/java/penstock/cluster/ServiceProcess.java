package penstock.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import penstock.PackagedApplication;
import penstock.Patience;
import penstock.ProcessSignal;
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
  private static final int SHOWN_LINES = 40;

  /**
   * Kills the service when standard input ends, which the test's JVM holds; the shell itself
   * becomes the service, so that their process id is the same.
   */
  private static final String SUPERVISED =
      "exec 3<&0 </dev/null; (while read -r line <&3; do :; done; kill -KILL $$) & exec 3<&-; exec \"$@\"";

  /** Many of them share the machine, and they are started often. */
  private static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

  private Path application;
  private Map<String, String> config;
  private final Path log;
  private final List<String> options;
  private final int port;
  private @Nullable Process process;

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
    this.log = log;
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
    if (isRunning()) {
      throw new IllegalStateException("the service runs");
    }
    List<String> command = new ArrayList<>(List.of("sh", "-c", SUPERVISED, "penstock"));
    Map<String, String> properties = new HashMap<>(config);
    properties.put("quarkus.http.port", String.valueOf(port));
    command.addAll(PackagedApplication.command(application, options, properties));
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  public int port() {
    return port;
  }

  long pid() {
    return running().pid();
  }

  public synchronized boolean isRunning() {
    return process != null && process.isAlive();
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
      if (ended(BETWEEN_PROBES)) {
        continue;
      }
    }
    throw new IllegalStateException("the service is not ready: " + said + "\n" + end());
  }

  private boolean ended(Duration within) {
    Process running = running();
    try {
      return running.waitFor(within.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private synchronized Process running() {
    if (process == null) {
      throw new IllegalStateException("the service does not run");
    }
    return process;
  }

  /** Ends it as kill -9 does. */
  public void kill() {
    end(ProcessSignal.KILL);
  }

  /** Ends it as an operator does: SIGTERM. Returns when it has gone. */
  public void stop() {
    end(ProcessSignal.TERM);
  }

  /** Suspends it: connections stay, answers do not come. */
  public void pause() {
    ProcessSignal.STOP.send(running().pid());
  }

  public void resume() {
    ProcessSignal.CONT.send(running().pid());
  }

  private void end(ProcessSignal signal) {
    Process ending = running();
    List<ProcessHandle> watchers = ending.children().toList();
    signal.send(ending.pid());
    if (!ended(Patience.LIMIT)) {
      throw new IllegalStateException("the service does not end on SIG" + signal + ": " + end());
    }
    watchers.forEach(ProcessHandle::destroyForcibly);
    synchronized (this) {
      process = null;
    }
  }

  /** The end of its log. */
  public String end() {
    try {
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }

  @Override
  public void close() {
    if (isRunning()) {
      kill();
    }
  }
}
