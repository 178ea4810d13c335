package penstock.redis;

import java.util.ArrayList;
import java.util.List;
import penstock.Tool;

/**
 * Hosts of their own, as far as the network knows: namespaces of Linux, tied together by a bridge
 * that this host is on too. What is cut between two of them is lost, in both directions, and nobody
 * says goodbye; this host reaches each as before. Needs root and iproute2.
 */
final class NetworkHosts implements AutoCloseable {

  /** Of the range for tests of network devices (RFC 2544), which hosts hardly have. */
  private static final String NETWORK = "198.18.78.";

  private static final String HERE = NETWORK + "254";

  /** Names of interfaces have at most 15 characters. */
  private static final String NAME = "ps" + ProcessHandle.current().pid();

  private static final String BRIDGE = NAME + "b";
  private static final String INNER = "inner";

  private final int count;
  private final List<int[]> cuts = new ArrayList<>();

  NetworkHosts(int count) {
    this.count = count;
    Tool.run("ip", "link", "add", BRIDGE, "type", "bridge");
    try {
      Tool.run("ip", "address", "add", HERE + "/24", "dev", BRIDGE);
      Tool.run("ip", "link", "set", BRIDGE, "up");
      for (int i = 0; i < count; i++) {
        add(i);
      }
    } catch (IllegalStateException e) {
      close();
      throw e;
    }
  }

  private static void add(int host) {
    String name = name(host);
    Tool.run("ip", "netns", "add", name);
    Tool.run("ip", "link", "add", name, "type", "veth", "peer", "name", INNER, "netns", name);
    Tool.run("ip", "link", "set", name, "master", BRIDGE, "up");
    Tool.run("ip", "-n", name, "address", "add", address(host) + "/24", "dev", INNER);
    Tool.run("ip", "-n", name, "link", "set", "lo", "up");
    Tool.run("ip", "-n", name, "link", "set", INNER, "up");
  }

  private static String name(int host) {
    return NAME + "n" + host;
  }

  static String address(int host) {
    return NETWORK + (host + 1);
  }

  /** What a command begins with that is to run on that host. */
  static List<String> command(int host) {
    return List.of("ip", "netns", "exec", name(host));
  }

  /** Nothing gets from one to the other any more. */
  void cut(int one, int other) {
    Tool.run("ip", "-n", name(one), "route", "add", "blackhole", address(other));
    Tool.run("ip", "-n", name(other), "route", "add", "blackhole", address(one));
    cuts.add(new int[] {one, other});
  }

  /** All reach each other again. */
  void heal() {
    for (int[] cut : cuts) {
      Tool.run("ip", "-n", name(cut[0]), "route", "del", "blackhole", address(cut[1]));
      Tool.run("ip", "-n", name(cut[1]), "route", "del", "blackhole", address(cut[0]));
    }
    cuts.clear();
  }

  @Override
  public void close() {
    for (int i = 0; i < count; i++) {
      delete("ip", "netns", "del", name(i));
    }
    delete("ip", "link", "del", BRIDGE);
  }

  private static void delete(String... command) {
    try {
      Tool.run(command);
    } catch (IllegalStateException neverMade) {
      // Then there is nothing to delete.
    }
  }
}
