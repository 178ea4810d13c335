package penstock.redis.cluster;

import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import penstock.redis.topology.ServerAddress;

/**
 * A node as another one, or itself, tells of it.
 *
 * @param id by which the nodes know it
 * @param address its host name if it announces one, else its address
 * @param unnamed its address, whether it announces a name or not: redirections may say that
 * @param follows the id of its master; empty if it is no replica
 * @param failed the others agreed that it does not answer
 * @param epoch the configuration epoch, of a replica its master's: of two that claim a slot, the
 *     one with the greater has it
 * @param slots that it claims
 */
public record ClusterNode(
    String id,
    ServerAddress address,
    ServerAddress unnamed,
    String follows,
    boolean failed,
    long epoch,
    BitSet slots) {

  private static final int FIRST_SLOT = 8;
  private static final String NOBODY = "-";

  /**
   * Reads the reply of {@code CLUSTER NODES}. Nodes of which no address is known are left out.
   *
   * @param asked the one that said so, which may not know its own address
   */
  public static List<ClusterNode> parse(String text, ServerAddress asked) {
    List<ClusterNode> nodes = new ArrayList<>();
    for (String line : text.split("\n")) {
      if (!line.isBlank()) {
        node(line.strip().split(" "), asked).ifPresent(nodes::add);
      }
    }
    return nodes;
  }

  /** It is no replica. */
  public boolean master() {
    return follows.isEmpty();
  }

  /** Reads the reply of {@code CLUSTER REPLICAS}. */
  public static List<ClusterNode> parse(Response replicas, ServerAddress asked) {
    return replicas.stream().flatMap(one -> parse(one.toString(), asked).stream()).toList();
  }

  private static Optional<ClusterNode> node(String[] words, ServerAddress asked) {
    Set<String> flags = Set.of(words[2].split(","));
    if (flags.contains("handshake") || flags.contains("noaddr")) {
      return Optional.empty();
    }
    BitSet slots = new BitSet(HashSlot.COUNT);
    for (int i = FIRST_SLOT; i < words.length; i++) {
      // What stands in brackets is on its way, and still of this node, or not yet.
      if (!words[i].startsWith("[")) {
        String[] range = words[i].split("-");
        slots.set(Integer.parseInt(range[0]), Integer.parseInt(range[range.length - 1]) + 1);
      }
    }
    ServerAddress unnamed = address(words[1], asked);
    return Optional.of(
        new ClusterNode(
            words[0],
            name(words[1]).map(name -> new ServerAddress(name, unnamed.port())).orElse(unnamed),
            unnamed,
            flags.contains("master") || words[3].equals(NOBODY) ? "" : words[3],
            flags.contains("fail"),
            Long.parseLong(words[6]),
            slots));
  }

  /** Of {@code ip:port@bus-port,host-name,name=value}. */
  private static ServerAddress address(String text, ServerAddress asked) {
    String plain = text.split(",")[0].split("@")[0];
    int colon = plain.lastIndexOf(':');
    String host = plain.substring(0, colon);
    return new ServerAddress(
        host.isEmpty() ? asked.host() : host, Integer.parseInt(plain.substring(colon + 1)));
  }

  private static Optional<String> name(String text) {
    String[] parts = text.split(",");
    return parts.length > 1 && !parts[1].isEmpty() && !parts[1].contains("=")
        ? Optional.of(parts[1])
        : Optional.empty();
  }
}
