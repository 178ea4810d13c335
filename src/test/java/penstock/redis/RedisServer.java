package penstock.redis;

import static penstock.Patience.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import penstock.Patience;
import penstock.ProcessSignal;
import penstock.redis.embedded.ServerBinary;
import penstock.redis.embedded.ServerProcess;

/**
 * A real Redis server for tests, on a port and a data directory of its own, both of which it keeps
 * when it is killed, stopped and started again. It ends with the JVM of the test, whatever ends
 * that.
 */
public final class RedisServer implements AutoCloseable {

  /**
   * Kills the server when standard input ends, which this JVM holds; the shell itself becomes the
   * server.
   */
  private static final String SUPERVISED =
      "exec 3<&0 </dev/null; (while read -r line <&3; do :; done; kill -KILL $$) & exec 3<&-; exec"
          + " \"$@\"";

  private static final int PORT_ATTEMPTS = 10;
  private static final List<String> DEFAULTS =
      List.of(
          "--appendonly",
          "yes",
          "--appendfsync",
          "everysec",
          "--save",
          "",
          "--maxmemory-policy",
          "noeviction");

  private final Path directory;
  private final ServerBinary binary;
  private final List<String> options;

  /** Which of the {@link NetworkHosts} it runs on; none: this one. */
  private final @Nullable Integer host;

  private volatile @Nullable ServerProcess process;
  private int port;

  private RedisServer(
      Path directory, ServerBinary binary, List<String> options, @Nullable Integer host) {
    this.directory = directory;
    this.binary = binary;
    this.options = options;
    this.host = host;
  }

  /**
   * Starts the server of the PATH, or else the bundled one.
   *
   * @param options further ones, each with its values: {@code "--maxmemory", "10mb"}; they override
   *     the embedded server's own, which is also noeviction with an append-only file
   */
  public static RedisServer start(String... options) {
    return start(System.getenv("PATH"), null, options);
  }

  /** As {@link #start(String...)}, on one of the {@link NetworkHosts}. */
  static RedisServer startOn(int host, String... options) {
    return start(System.getenv("PATH"), host, options);
  }

  /**
   * As {@link #start(String...)}, but the bundled one: the oldest version that Penstock supports.
   */
  public static RedisServer startBundled(String... options) {
    return start("", null, options);
  }

  private static RedisServer start(String path, @Nullable Integer host, String... options) {
    try {
      Path directory = Files.createTempDirectory("penstock-redis-").toRealPath();
      ServerBinary binary = ServerBinary.find(path, directory).orElseThrow();
      List<String> all = new ArrayList<>(DEFAULTS);
      all.addAll(List.of(options));
      var server = new RedisServer(directory, binary, all, host);
      for (int attempt = 0; server.process == null && attempt < PORT_ATTEMPTS; attempt++) {
        server.launch(ServerProcess.freePort());
      }
      server.running();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void launch(int onPort) {
    try {
      port = onPort;
      process =
          host == null
              ? ServerProcess.start(binary, directory, onPort, options, Patience.LIMIT).orElse(null)
              : launchElsewhere(host);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of a shell that ends it with this JVM; on a host of its own no port is taken by others. */
  private ServerProcess launchElsewhere(int on) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", SUPERVISED, "redis"));
    command.addAll(NetworkHosts.command(on));
    command.add(binary.path().toString());
    command.addAll(List.of("--port", "" + port, "--bind", "0.0.0.0", "--protected-mode", "no"));
    command.addAll(List.of("--dir", directory.toString()));
    command.addAll(options);
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("redis.log").toFile())
            .start();
    await()
        .ignoreExceptions()
        .until(() -> !started.isAlive() || String.valueOf(ask("INFO")).contains("\nloading:0"));
    if (!started.isAlive()) {
      throw new IOException(Files.readString(directory.resolve("redis.log")));
    }
    return new ServerProcess(started, port, started.toHandle());
  }

  private ServerProcess running() {
    if (process == null) {
      throw new IllegalStateException("the server does not run");
    }
    return process;
  }

  public boolean isRunning() {
    return process != null;
  }

  public int port() {
    return port;
  }

  /** Where it is reached, by this host and by others. */
  public String address() {
    return host == null ? "127.0.0.1" : NetworkHosts.address(host);
  }

  /** Which of the {@link NetworkHosts} it is on. */
  int host() {
    if (host == null) {
      throw new IllegalStateException("the server is on this host");
    }
    return host;
  }

  public String uri() {
    return "redis://" + address() + ":" + port;
  }

  public long pid() {
    return running().pid();
  }

  public Path directory() {
    return directory;
  }

  public String version() {
    return binary.version().toString();
  }

  /**
   * Ends it as kill -9 does, and returns when it is gone. What it answered may be lost: up to a
   * second.
   */
  public void kill() {
    ProcessSignal.KILL.send(pid());
    CompletableFuture<Process> gone = running().supervisor().onExit();
    gone.join();
    process = null;
  }

  /**
   * Ends it as kill -9 in the midst of a write does: its append-only file is cut within the first
   * word behind the last text in it.
   */
  public void killWithin(String word, String text) {
    kill();
    try {
      Path file = appendOnlyFile();
      String content = Files.readString(file, StandardCharsets.ISO_8859_1);
      int behind = content.lastIndexOf(text);
      int at = content.indexOf(word, behind);
      if (behind < 0 || at < 0) {
        throw new IllegalStateException("%s behind %s is not in the file".formatted(word, text));
      }
      try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(at + 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one that is written to; while it is rewritten nobody can tell which that is. */
  private Path appendOnlyFile() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> files =
          all.filter(path -> path.toString().matches(".*(incr|appendonly)\\.aof")).toList();
      if (files.size() != 1) {
        throw new IllegalStateException("not a single append-only file: " + files);
      }
      return files.getFirst();
    }
  }

  /** Ends it as an operator does; nothing is lost. */
  public void stop() {
    try {
      running().stop();
      process = null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts it again, on the same port and data, after {@link #kill} or {@link #stop}. Meanwhile a
   * connection of anybody may have got the port as its own: then that is waited for.
   */
  public void startAgain() {
    if (process != null) {
      throw new IllegalStateException("the server runs");
    }
    await()
        .until(
            () -> {
              launch(port);
              return process != null;
            });
  }

  /** The same with further options, which override those that it had. */
  public void startAgain(String... further) {
    options.addAll(List.of(further));
    startAgain();
  }

  /** Stops it if it runs, and starts it again on the same port and data. */
  public void restart() {
    if (process != null) {
      stop();
    }
    startAgain();
  }

  /** Starts it again without any of its data: what a lost disk leaves. */
  public void restartEmpty() {
    if (process != null) {
      kill();
    }
    delete(path -> !path.equals(directory) && !path.equals(binary.path()));
    startAgain();
  }

  /** Suspends it: connections stay, answers do not come. */
  public void pause() {
    ProcessSignal.STOP.send(pid());
  }

  public void resume() {
    ProcessSignal.CONT.send(pid());
  }

  /** How often it was asked by a command, as it counts itself. */
  public long calls(String command) {
    Matcher found =
        Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
            .matcher(String.valueOf(ask("INFO", "commandstats")));
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  /**
   * Has a replica hear nothing of its master any more, which does not know it and goes on as ever.
   *
   * @param replica of this server
   */
  public void cutOff(RedisServer replica) {
    replica.ask("CONFIG", "SET", "masterauth", "wrong");
    replica.ask("CONFIG", "SET", "masteruser", "nobody");
    ask("CLIENT", "KILL", "TYPE", "replica");
  }

  /** What {@link #cutOff} did is over. */
  public void letIn(RedisServer replica) {
    replica.ask("CONFIG", "SET", "masteruser", "");
    replica.ask("CONFIG", "SET", "masterauth", "");
    await().until(() -> String.valueOf(replica.ask("ROLE")).contains("connected"));
  }

  /** A connection of its own for one command; see {@link RedisConversation#ask}. */
  public @Nullable Object ask(Object... command) {
    try (var conversation = open()) {
      return conversation.ask(command);
    }
  }

  /** A connection for several commands. */
  public RedisConversation open() {
    return new RedisConversation(address(), port);
  }

  /**
   * Deletes all keys and functions of the server, so that tests that share it do not see each
   * other's.
   */
  public void flush() {
    ask("FLUSHALL");
  }

  @Override
  public void close() {
    if (process != null) {
      resume();
      kill();
    }
    delete(path -> true);
  }

  private void delete(Predicate<Path> which) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        if (which.test(path)) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
