package penstock.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import penstock.Patience;
import penstock.ProcessSignal;

/**
 * A process that is killed, stopped and started again, and ends with the JVM of the test, whatever
 * ends that. Its methods block.
 */
final class SupervisedProcess {

  /**
   * Kills the process when standard input ends, which the test's JVM holds; the shell itself
   * becomes the process, so that their process id is the same.
   */
  private static final String SUPERVISED =
      "exec 3<&0 </dev/null; (while read -r line <&3; do :; done; kill -KILL $$) & exec 3<&-; exec \"$@\"";

  private static final int SHOWN_LINES = 40;

  private final String name;
  private final Path log;
  private @Nullable Process process;

  /**
   * @param log the file that its output is added to, over all its starts
   */
  SupervisedProcess(String name, Path log) {
    this.name = name;
    this.log = log;
  }

  synchronized void start(List<String> command) {
    if (isRunning()) {
      throw new IllegalStateException(name + " runs");
    }
    List<String> all = new ArrayList<>(List.of("sh", "-c", SUPERVISED, name));
    all.addAll(command);
    try {
      process =
          new ProcessBuilder(all)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized boolean isRunning() {
    return process != null && process.isAlive();
  }

  long pid() {
    return running().pid();
  }

  /** Waits for its end, but not for longer; whether it came. */
  boolean ended(Duration within) {
    try {
      return running().waitFor(within.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private synchronized Process running() {
    if (process == null) {
      throw new IllegalStateException(name + " does not run");
    }
    return process;
  }

  /** Ends it as kill -9 does. */
  void kill() {
    end(ProcessSignal.KILL);
  }

  /** Ends it as an operator does: SIGTERM. Returns when it has gone. */
  void stop() {
    end(ProcessSignal.TERM);
  }

  /** Suspends it: connections stay, answers do not come. */
  void pause() {
    ProcessSignal.STOP.send(running().pid());
  }

  void resume() {
    ProcessSignal.CONT.send(running().pid());
  }

  private void end(ProcessSignal signal) {
    Process ending = running();
    List<ProcessHandle> watchers = ending.children().toList();
    signal.send(ending.pid());
    if (!ended(Patience.LIMIT)) {
      throw new IllegalStateException(name + " does not end on SIG" + signal + ": " + log());
    }
    watchers.forEach(ProcessHandle::destroyForcibly);
    synchronized (this) {
      process = null;
    }
  }

  /** The end of its log. */
  String log() {
    try {
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }
}
