package penstock.redis.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running server and the shell that ends it with this process. Its methods block; they are for
 * threads that may.
 *
 * @param supervisor the shell; it ends a moment after the server
 * @param handle the server itself
 */
public record ServerProcess(Process supervisor, int port, ProcessHandle handle) {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Pattern PID = Pattern.compile("process_id:(\\d+)");
  private static final String LOG = "redis.log";
  private static final int SHOWN_LINES = 5;

  /** Above those of well-known services; the other is where Linux begins with outgoing ones. */
  private static final int LOWEST_PORT = 12_000;

  private static final int LOWEST_OUTGOING_PORT = 32_768;
  private static final int PORT_ATTEMPTS = 100;

  /**
   * A port that is free now; whoever uses it must be ready for the case that it is taken again.
   *
   * <p>It is below those that systems give to connections that go out. One of those could take it
   * between two starts of a server that keeps its port.
   */
  public static int freePort() throws IOException {
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, LOWEST_OUTGOING_PORT);
      try (var socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (BindException taken) {
        // another one, then
      }
    }
    throw new IOException("none of " + PORT_ATTEMPTS + " ports was free");
  }

  /**
   * Starts a server and waits until it has read its data.
   *
   * @param options further ones of the server, each with its values: {@code --maxmemory}, {@code
   *     10mb}
   * @return empty if the port was taken by another
   * @throws IOException if the server does not start; the message has the end of its log
   */
  public static Optional<ServerProcess> start(
      ServerBinary binary, Path directory, int port, List<String> options, Duration patience)
      throws IOException {
    Path log = directory.resolve(LOG);
    if (Files.exists(log)) {
      Files.move(log, directory.resolve(LOG + ".1"), StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      command.add("/usr/bin/setsid");
    }
    command.addAll(List.of("sh", "-c", supervision(), "penstock-redis", binary.path().toString()));
    command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(
        List.of(
            "--dir",
            directory.toString(),
            "--pidfile",
            DataDirectory.pidFile(directory).toString()));
    command.addAll(options);
    Process supervisor =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long start = System.nanoTime();
    try {
      while (!supervisor.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        Optional<ProcessHandle> ready = ready(port).flatMap(pid -> child(supervisor, pid));
        if (ready.isPresent()) {
          return Optional.of(new ServerProcess(supervisor, port, ready.get()));
        }
        if (System.nanoTime() - start > patience.toNanos()) {
          supervisor.destroy();
          throw new IOException(
              "it was not ready within "
                  + patience.toSeconds()
                  + " s; the end of its log: "
                  + end(log));
        }
      }
    } catch (InterruptedException e) {
      supervisor.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while it started", e);
    }
    String said = end(log);
    if (said.contains("Address already in use")) {
      return Optional.empty();
    }
    throw new IOException("it ended at once; the end of its log: " + said);
  }

  /** The process id of the server. */
  public long pid() {
    return handle.pid();
  }

  /** Ends the server as it wishes to be ended, and waits for that. */
  public void stop() throws IOException {
    supervisor.destroy();
    try {
      supervisor.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Redis ended", e);
    }
  }

  private static Optional<ProcessHandle> child(Process supervisor, long pid) {
    return supervisor.descendants().filter(child -> child.pid() == pid).findAny();
  }

  /** The pid of the server that answers on the port and has read its data. */
  private static Optional<Long> ready(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) ANSWER.toMillis());
      socket.setSoTimeout((int) ANSWER.toMillis());
      OutputStream out = socket.getOutputStream();
      out.write("INFO\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      try (InputStream in = socket.getInputStream()) {
        String info = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        Matcher pid = PID.matcher(info);
        // at the start of a line: async_loading:0 says nothing of it
        return info.contains("\nloading:0") && pid.find()
            ? Optional.of(Long.valueOf(pid.group(1)))
            : Optional.empty();
      }
    } catch (IOException notYet) {
      return Optional.empty();
    }
  }

  private static String end(Path log) throws IOException {
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
    return String.join(" / ", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
  }

  private static String supervision() {
    try (InputStream in =
        Thread.currentThread()
            .getContextClassLoader()
            .getResourceAsStream("penstock/supervise.sh")) {
      if (in == null) {
        throw new IllegalStateException("no such resource: penstock/supervise.sh");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
