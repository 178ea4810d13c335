package penstock.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import penstock.Patience;
import penstock.redis.embedded.ServerProcess;

/**
 * The receiver of a sink as a process of its own, a {@link SeededReceiver}, on a port that it keeps
 * when it is killed, suspended and started again.
 */
final class SinkReceiver implements AutoCloseable {

  /** How long a sink of a test waits for an answer. */
  static final int ANSWERED_WITHIN_MILLIS = 2_000;

  private final long seed;
  private final int failing;
  private final int port;
  private final Path journal;
  private final SupervisedProcess process;

  /**
   * Starts it.
   *
   * @param failing of a hundred requests, how many fail
   */
  SinkReceiver(long seed, int failing) {
    this.seed = seed;
    this.failing = failing;
    try {
      this.port = ServerProcess.freePort();
      Path directory = Files.createDirectories(Path.of("target", "cluster"));
      this.journal = Files.createTempFile(directory, "receiver-" + seed + "-", ".journal");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.process =
        new SupervisedProcess(
            "the receiver", journal.resolveSibling(journal.getFileName() + ".log"));
    start();
  }

  String url() {
    return "http://127.0.0.1:" + port + "/";
  }

  /** Returns when it can be connected to. */
  void start() {
    process.start(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            SeededReceiver.class.getName(),
            Integer.toString(port),
            Long.toString(seed),
            Integer.toString(failing),
            journal.toString()));
    Patience.await().ignoreExceptions().until(this::isListening);
  }

  private boolean isListening() throws IOException {
    if (!process.isRunning()) {
      return false;
    }
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    }
  }

  void kill() {
    process.kill();
  }

  void pause() {
    process.pause();
  }

  void resume() {
    process.resume();
  }

  /** In the order in which they came. */
  List<ReceiverJournal.Receipt> receipts() {
    try {
      return ReceiverJournal.receipts(journal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it knows of each ticket. */
  Map<String, String> tickets() {
    try {
      return ReceiverJournal.tickets(journal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (process.isRunning()) {
      process.kill();
    }
  }
}
