package penstock.redis.topology;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Which replica an instance reads from, of those that can be read from: each instance has an order
 * of its own, so that many of them spread over all, and goes back to the one that it prefers.
 */
public final class ReplicaOrder {

  private final int salt;

  /**
   * @param salt another one for each instance
   */
  public ReplicaOrder(int salt) {
    this.salt = salt;
  }

  /** Those of them that can be read from, the preferred one first. */
  List<ServerAddress> of(Map<ServerAddress, ReplicationInfo> servers) {
    return servers.keySet().stream()
        .sorted(Comparator.comparingInt(this::weight).thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private int weight(ServerAddress server) {
    int mixed = (server.hashCode() ^ salt) * 0x9E3779B9;
    return mixed ^ mixed >>> 15;
  }
}
