package penstock.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import penstock.redis.cluster.SlotTable;
import penstock.redis.topology.ServerAddress;

/**
 * How the masters of a cluster are.
 *
 * @param said what those say that answer
 * @param away why the others do not
 * @param unowned slots that nobody has
 */
record ClusterHealth(
    TreeMap<ServerAddress, RedisInfo> said, TreeMap<ServerAddress, String> away, int unowned) {

  static ClusterHealth of(SlotTable table) {
    return new ClusterHealth(new TreeMap<>(), new TreeMap<>(), table.unowned());
  }

  /** Why Penstock must not be used on it; empty if it may, as far as it answers. */
  Optional<String> objection() {
    if (said.isEmpty()) {
      return Optional.of(
          away.isEmpty() ? "no node has slots" : "none of its masters answers: " + away);
    }
    return said.entrySet().stream()
        .flatMap(
            each ->
                each.getValue().loss().stream()
                    .map(why -> "of its master " + each.getKey() + " " + why))
        .findFirst();
  }

  /** What is out of reach though others are not; empty if nothing is. */
  Optional<String> warning() {
    List<String> found = new ArrayList<>();
    away.forEach((server, why) -> found.add("its master " + server + " is away (" + why + ")"));
    if (unowned > 0) {
      found.add(unowned + " slots are nobody's");
    }
    said.forEach(
        (server, info) -> {
          if (!info.appendOnly()) {
            found.add("its master " + server + " has no append-only file");
          }
        });
    return found.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", found));
  }

  /** All of them as if they were one. */
  RedisInfo sum() {
    RedisInfo first = said.firstEntry().getValue();
    return new RedisInfo(
        first.version(),
        first.role(),
        said.values().stream().allMatch(RedisInfo::guarded),
        first.evictionPolicy(),
        said.values().stream().allMatch(RedisInfo::appendOnly),
        true,
        said.values().stream().mapToLong(RedisInfo::usedMemory).sum(),
        said.values().stream().anyMatch(info -> info.maxMemory() == 0)
            ? 0
            : said.values().stream().mapToLong(RedisInfo::maxMemory).sum());
  }
}
