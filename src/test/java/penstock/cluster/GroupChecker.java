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

/** Compares what the consumers of a group saw and said with what is in Redis when all is over. */
final class GroupChecker {

  private final RedisServer redis;
  private final int partitions;
  private final String group;

  GroupChecker(RedisServer redis, int partitions, String group) {
    this.redis = redis;
    this.partitions = partitions;
    this.group = group;
  }

  /** Of each event in the log its key, in the order of each partition. */
  private Map<String, String> events() {
    var events = new LinkedHashMap<String, String>();
    for (int partition = 0; partition < partitions; partition++) {
      for (Object entry : (List<?>) redis.ask("XRANGE", Cluster.events(partition), "-", "+")) {
        Map<String, String> fields = fields((List<?>) ((List<?>) entry).get(1));
        events.put(fields.get("id"), fields.get("subject"));
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

  /** The ids of the events that the group set aside; one that is there twice is there twice. */
  private List<String> setAside() {
    var ids = new ArrayList<String>();
    for (int partition = 0; partition < partitions; partition++) {
      for (Object entry :
          (List<?>) redis.ask("XRANGE", Cluster.base(partition) + "dead", "-", "+")) {
        List<?> flat = (List<?>) ((List<?>) entry).get(1);
        if (flat.get(0).equals("group") && flat.get(1).equals(group)) {
          ids.add(fields(flat.subList(8, flat.size())).get("id"));
        }
      }
    }
    return ids;
  }

  /** Whether nothing is out, nothing is left to deliver, and nothing remains of what was. */
  boolean isDone() {
    for (int partition = 0; partition < partitions; partition++) {
      String base = Cluster.base(partition) + "group:" + group;
      List<?> pending =
          (List<?>) redis.ask("XPENDING", Cluster.events(partition), "group." + group);
      List<?> newest =
          (List<?>) redis.ask("XREVRANGE", Cluster.events(partition), "+", "-", "COUNT", 1);
      boolean atEnd =
          newest.isEmpty()
              || ((List<?>) newest.getFirst())
                  .getFirst()
                  .equals(redis.ask("HGET", base, "delivered"));
      if (!atEnd
          || !pending.getFirst().equals(0L)
          || !redis
              .ask("EXISTS", base + ":leases", base + ":parked", base + ":busy", base + ":flight")
              .equals(0L)) {
        return false;
      }
    }
    return true;
  }

  List<String> check(GroupConsumers consumers, boolean ordered) {
    var violations = new ArrayList<>(consumers.violations());
    Map<String, String> events = events();
    Map<String, GroupConsumers.Outcome> outcomes = consumers.outcomes();
    var delivered = new HashSet<String>();
    consumers.deliveries().forEach(delivery -> delivered.add(delivery.id()));
    List<String> letters = setAside();
    Set<String> wanted = new TreeSet<>();
    for (String id : events.keySet()) {
      GroupConsumers.Outcome outcome = outcomes.get(id);
      if (!delivered.contains(id)) {
        violations.add(group + ": never delivered: " + id);
      } else if (outcome == null || outcome.done() + outcome.unknown() == 0) {
        violations.add(group + ": delivered, and never done: " + id);
      } else if (outcome.done() > 1) {
        violations.add(group + ": done " + outcome.done() + " times: " + id);
      }
      if (GroupConsumers.isImpossible(id)) {
        wanted.add(id);
      }
    }
    if (!new TreeSet<>(letters).equals(wanted) || letters.size() != wanted.size()) {
      violations.add(group + ": dead letters " + new TreeSet<>(letters) + ", not " + wanted);
    }
    for (String id : delivered) {
      if (!events.containsKey(id)) {
        violations.add(group + ": delivered, and not in the log: " + id);
      }
    }
    if (ordered) {
      violations.addAll(outOfTurn(events, outcomes, consumers.deliveries()));
    }
    return violations;
  }

  /** An event came before it was said that the one before it, of the same key, is over. */
  private List<String> outOfTurn(
      Map<String, String> events,
      Map<String, GroupConsumers.Outcome> outcomes,
      List<GroupConsumers.Delivery> deliveries) {
    var before = new HashMap<String, String>();
    var last = new HashMap<String, String>();
    events.forEach(
        (id, key) -> {
          String previous = last.put(key, id);
          if (previous != null) {
            before.put(id, previous);
          }
        });
    var violations = new ArrayList<String>();
    for (GroupConsumers.Delivery delivery : deliveries) {
      GroupConsumers.Outcome outcome = outcomes.get(before.getOrDefault(delivery.id(), ""));
      boolean inTurn =
          !before.containsKey(delivery.id())
              || (outcome != null && outcome.firstSaid() < delivery.received());
      if (!inTurn) {
        violations.add(group + ": out of turn: " + delivery.id());
      }
    }
    return violations;
  }
}
