package penstock.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import penstock.ingest.BatchPostBenchmark;

/** Batches of new events, posted by a process of its own, so that its time counts for nobody. */
final class PostLoad implements AutoCloseable {

  /** Until it has started, and posts at its rate. */
  private static final Duration BEGINNING = Duration.ofMillis(2_500);

  /** After which it ends if nobody has ended it. */
  private static final int MOST_SECONDS = 120;

  private final Process process;

  /**
   * @param prefix of its command, such as one that says on which processor it may run
   * @param batch events a request
   * @param connections each with one request at a time
   */
  PostLoad(List<String> prefix, int port, String stream, int batch, int connections)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(BatchPostBenchmark.class.getName(), "127.0.0.1", "" + port, stream));
    command.addAll(List.of("" + batch, "" + connections, "" + MOST_SECONDS));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  /** Returns when it posts at its rate. */
  PostLoad begun() throws InterruptedException {
    if (process.waitFor(BEGINNING)) {
      throw new IllegalStateException("the load ended at once");
    }
    return this;
  }

  PostLoad(int port, String stream, int batch, int connections) throws IOException {
    this(List.of(), port, stream, batch, connections);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
