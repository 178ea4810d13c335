package penstock;

import static io.restassured.RestAssured.get;
import static penstock.Patience.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packaged service as a process of its own: for tests that stop, kill or start it as an
 * operator does.
 */
public final class PackagedService implements AutoCloseable {

  private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");

  /** Of what was packaged for images. */
  private static final Pattern MANAGEMENT =
      Pattern.compile("Management interface listening on http://[^:]+:(\\d+)");

  private final Path directory;
  private final Map<String, String> settings;
  private final List<String> options;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private Process process;
  private CompletableFuture<Integer> listening = new CompletableFuture<>();
  private CompletableFuture<Void> ended = new CompletableFuture<>();
  private int port;
  private volatile int managementPort;

  private PackagedService(Path directory, Map<String, String> settings, String... options) {
    this.directory = directory;
    this.settings = new LinkedHashMap<>(settings);
    // Nothing balances here, unless a test says so.
    this.settings.putIfAbsent("quarkus.shutdown.delay", "0s");
    this.options = List.of(options);
    launch();
  }

  /**
   * Starts the service; returns at once.
   *
   * @param directory its working directory
   * @param settings configuration by property name
   */
  public static PackagedService launch(Path directory, Map<String, String> settings) {
    return new PackagedService(directory, settings);
  }

  /**
   * Starts the service and waits until it listens.
   *
   * @param options of the JVM; see {@link PackagedApplication#command}
   */
  public static PackagedService start(
      Path directory, Map<String, String> settings, String... options) {
    PackagedService service = new PackagedService(directory, settings, options);
    try {
      service.port();
      return service;
    } catch (RuntimeException failed) {
      service.close();
      throw failed;
    }
  }

  private void launch() {
    settings.put("quarkus.http.port", String.valueOf(port));
    settings.put("quarkus.management.port", String.valueOf(managementPort));
    List<String> command =
        PackagedApplication.command(PackagedApplication.DIRECTORY, options, settings);
    listening = new CompletableFuture<>();
    try {
      process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    CompletableFuture<Integer> told = listening;
    BufferedReader out = process.inputReader();
    // Reading from a process would keep a carrier of virtual threads, of which there are few.
    ended =
        CompletableFuture.runAsync(
            () -> read(out, told), reader -> Thread.ofPlatform().daemon().start(reader));
  }

  private void read(BufferedReader out, CompletableFuture<Integer> told) {
    out.lines()
        .forEach(
            line -> {
              log.add(line);
              Matcher management = MANAGEMENT.matcher(line);
              if (management.find()) {
                managementPort = Integer.parseInt(management.group(1));
              }
              Matcher matcher = LISTENING.matcher(line);
              if (matcher.find()) {
                told.complete(Integer.valueOf(matcher.group(1)));
              }
            });
    told.completeExceptionally(new IllegalStateException("it ended: " + String.join("\n", log)));
  }

  /** The port that it listens on; the same after {@link #startAgain}. Waits until it is known. */
  public int port() {
    try {
      port = listening.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
      return port;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("it does not listen: " + String.join("\n", log), e);
    }
  }

  /** Waits until it says that it is ready: that it listens does not mean that Redis is there. */
  public void awaitReady() {
    await()
        .ignoreExceptions()
        .until(() -> get(managementUri() + "/q/health/ready").statusCode() == 200);
  }

  /** Where health and metrics are: a port of its own, if that was packaged, else {@link #uri}. */
  public String managementUri() {
    String all = uri();
    return managementPort == 0 ? all : "http://127.0.0.1:" + managementPort;
  }

  public String uri() {
    return "http://127.0.0.1:" + port();
  }

  public long pid() {
    return process.pid();
  }

  /** All that it has logged so far, of all its runs. */
  public List<String> log() {
    return List.copyOf(log);
  }

  /** Ends it by SIGTERM and waits. */
  public int stop() {
    // Through the handle, since the process itself would close the end of its log that is read
    // here.
    process.toHandle().destroy();
    return exitCode();
  }

  /** Ends it by SIGKILL and waits. */
  public void kill() {
    process.toHandle().destroyForcibly();
    exitCode();
  }

  /**
   * Starts it again on the same port, after {@link #stop} or {@link #kill}, and waits until it
   * listens.
   */
  public void startAgain() {
    launch();
    port();
  }

  /** Waits for its end; all of its log has been read then. */
  public int exitCode() {
    try {
      if (!process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("it does not end: " + String.join("\n", log));
      }
      ended.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.toHandle().destroyForcibly();
    exitCode();
  }
}
