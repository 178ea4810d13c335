package penstock.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import penstock.redis.RedisServer;

/** Compares what the receiver of a sink got with what is in Redis when all is over. */
final class SinkChecker {

  private final RedisServer redis;
  private final int partitions;
  private final String sink;

  SinkChecker(RedisServer redis, int partitions, String sink) {
    this.redis = redis;
    this.partitions = partitions;
    this.sink = sink;
  }

  /** Of each event in the log its key, in the order of each partition. */
  private Map<String, String> events() {
    var events = new LinkedHashMap<String, String>();
    for (int partition = 0; partition < partitions; partition++) {
      for (Object entry : (List<?>) redis.ask("XRANGE", Cluster.events(partition), "-", "+")) {
        Map<String, String> fields = fields((List<?>) ((List<?>) entry).get(1));
        events.put(fields.get("id"), partition + "/" + fields.get("subject"));
      }
    }
    return events;
  }

  private static Map<String, String> fields(List<?> flat) {
    var fields = new HashMap<String, String>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      fields.put((String) flat.get(i), (String) flat.get(i + 1));
    }
    return fields;
  }

  private List<String> setAside() {
    var ids = new ArrayList<String>();
    for (int partition = 0; partition < partitions; partition++) {
      for (Object entry :
          (List<?>) redis.ask("XRANGE", Cluster.base(partition) + "dead", "-", "+")) {
        List<?> flat = (List<?>) ((List<?>) entry).get(1);
        if (flat.get(0).equals("sink") && flat.get(1).equals(sink)) {
          ids.add(fields(flat.subList(8, flat.size())).get("id"));
        }
      }
    }
    return ids;
  }

  /** Whether all is delivered, and nothing is pending or open. */
  boolean isDone() {
    for (int partition = 0; partition < partitions; partition++) {
      List<?> newest =
          (List<?>) redis.ask("XREVRANGE", Cluster.events(partition), "+", "-", "COUNT", 1);
      String state = Cluster.base(partition) + "sink:" + sink;
      if (!newest.isEmpty()
          && (!((List<?>) newest.getFirst())
                  .getFirst()
                  .equals(redis.ask("HGET", state, "delivered"))
              || !((List<?>) redis.ask("XPENDING", Cluster.events(partition), "sink." + sink))
                  .getFirst()
                  .equals(0L)
              || !redis.ask("EXISTS", state + ":open").equals(0L))) {
        return false;
      }
    }
    return true;
  }

  List<String> check(List<SinkReceiver.Receipt> receipts) {
    var violations = new ArrayList<String>();
    Map<String, String> events = events();
    var ids = new HashMap<String, Set<String>>();
    var firstCame = new HashMap<String, Long>();
    var over = new HashMap<String, Long>();
    Set<String> taken = new HashSet<>();
    for (SinkReceiver.Receipt one : receipts) {
      ids.computeIfAbsent(one.event(), first -> new TreeSet<>()).add(one.delivery());
      firstCame.merge(one.event(), one.came(), Math::min);
      if (one.isTaken()) {
        taken.add(one.event());
      }
      if (one.isTaken() || SinkReceiver.isImpossible(one.event())) {
        over.merge(one.event(), one.told(), Math::min);
      }
    }
    ids.forEach(
        (event, of) -> {
          if (of.size() > 1 || of.contains("null")) {
            violations.add("delivery ids of " + event + ": " + of);
          }
          if (!events.containsKey(event)) {
            violations.add("delivered, and not in the log: " + event);
          }
        });
    Set<String> impossible = new TreeSet<>();
    var lastOf = new HashMap<String, String>();
    events.forEach(
        (event, key) -> {
          if (SinkReceiver.isImpossible(event)) {
            impossible.add(event);
          } else if (!taken.contains(event)) {
            violations.add("never delivered: " + event);
          }
          String before = lastOf.put(key, event);
          if (before != null
              && firstCame.getOrDefault(event, Long.MAX_VALUE)
                  < over.getOrDefault(before, Long.MIN_VALUE)) {
            violations.add("out of turn: " + event + " before " + before + " was over");
          }
        });
    List<String> letters = setAside();
    if (!new TreeSet<>(letters).equals(impossible) || letters.size() != impossible.size()) {
      violations.add("dead letters " + new TreeSet<>(letters) + ", not " + impossible);
    }
    return violations;
  }
}
