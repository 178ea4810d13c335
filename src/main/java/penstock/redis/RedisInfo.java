package penstock.redis;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a server says of itself by INFO.
 *
 * @param role {@code master} or {@code slave}
 * @param guarded it takes no writes unless enough replicas follow it ({@code
 *     min-replicas-to-write})
 * @param evictionPolicy what happens when {@code maxMemory} is reached
 * @param maxMemory in bytes; 0 if there is no limit
 */
record RedisInfo(
    String version,
    String role,
    boolean guarded,
    String evictionPolicy,
    boolean appendOnly,
    boolean cluster,
    long usedMemory,
    long maxMemory) {

  static RedisInfo parse(String text) {
    Map<String, String> fields = new HashMap<>();
    for (String line : text.split("\r?\n")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    String valkey = fields.get("valkey_version");
    return new RedisInfo(
        valkey != null ? "valkey-" + valkey : fields.getOrDefault("redis_version", "unknown"),
        fields.getOrDefault("role", "unknown"),
        // said only where it is set
        fields.containsKey("min_slaves_good_slaves"),
        fields.getOrDefault("maxmemory_policy", "unknown"),
        fields.getOrDefault("aof_enabled", "0").equals("1"),
        fields.getOrDefault("cluster_enabled", "0").equals("1"),
        Long.parseLong(fields.getOrDefault("used_memory", "0")),
        Long.parseLong(fields.getOrDefault("maxmemory", "0")));
  }

  /** Why Penstock must not be used on this server as it is; empty if it may. */
  Optional<String> objection() {
    if (cluster) {
      return Optional.of("it is a node of a cluster: set quarkus.redis.client-type to cluster");
    }
    if (!role.equals("master")) {
      return Optional.of("it is a replica: its role is " + role);
    }
    return loss().map(why -> "its " + why);
  }

  /** By which of its settings it would lose what it took; empty if by none. */
  Optional<String> loss() {
    return evictionPolicy.equals("noeviction")
        ? Optional.empty()
        : Optional.of(
            "maxmemory-policy is " + evictionPolicy + ", which loses events; set it to noeviction");
  }
}
