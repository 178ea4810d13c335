package penstock.feed.connection;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import penstock.Tool;

/**
 * A reader on a host of its own, as far as the network knows: a namespace of Linux, tied to this
 * one by a pair of virtual interfaces. Once it is cut off, what is sent to it is lost, and nobody
 * says goodbye. Needs root and iproute2.
 */
final class DetachedReader implements AutoCloseable {

  /** Of the range for tests of network devices (RFC 2544), which hosts hardly have. */
  private static final String HERE = "198.18.77.1";

  private static final String THERE = "198.18.77.2";

  /** Names of interfaces have at most 15 characters. */
  private static final String NAME = "ps" + ProcessHandle.current().pid();

  private static final String OUTER = NAME + "a";
  private static final String INNER = NAME + "b";

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private DetachedReader(Process process) {
    this.process = process;
    // Reading from a process would keep a carrier of virtual threads.
    Thread.ofPlatform().daemon().start(this::collect);
  }

  /** Whether such a host can be made here. */
  static boolean isPossible() {
    return Tool.makesNetworkNamespaces();
  }

  /** Reads a feed of the service at this port, which must listen on all addresses. */
  static DetachedReader read(int port, String feed) {
    Tool.run("ip", "netns", "add", NAME);
    try {
      Tool.run("ip", "link", "add", OUTER, "type", "veth", "peer", "name", INNER, "netns", NAME);
      Tool.run("ip", "address", "add", HERE + "/30", "dev", OUTER);
      Tool.run("ip", "link", "set", OUTER, "up");
      Tool.run("ip", "-n", NAME, "address", "add", THERE + "/30", "dev", INNER);
      Tool.run("ip", "-n", NAME, "link", "set", INNER, "up");
      String request = "GET " + feed + " HTTP/1.1\\r\\nHost: " + HERE + "\\r\\n\\r\\n";
      String script =
          "exec 3<>/dev/tcp/" + HERE + "/" + port + "; printf '" + request + "' >&3; exec cat <&3";
      return new DetachedReader(
          new ProcessBuilder("ip", "netns", "exec", NAME, "bash", "-c", script).start());
    } catch (IOException e) {
      remove();
      throw new UncheckedIOException(e);
    } catch (IllegalStateException e) {
      remove();
      throw e;
    }
  }

  private void collect() {
    try (BufferedReader in = process.inputReader()) {
      in.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException closed) {
      // Its test is over.
    }
  }

  /** What came so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  /** Its network goes. */
  void cutOff() {
    Tool.run("ip", "-n", NAME, "link", "set", INNER, "down");
  }

  @Override
  public void close() {
    process.destroyForcibly();
    remove();
  }

  private static void remove() {
    Tool.run("ip", "netns", "del", NAME);
  }
}
