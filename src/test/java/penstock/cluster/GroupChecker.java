package penstock.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import penstock.cluster.GroupConsumers.Outcome;
import penstock.cluster.GroupConsumers.Said;
import penstock.redis.RedisServer;

/** Compares what the consumers of a group saw and said with what is in Redis when all is over. */
final class GroupChecker {

  private static final Outcome NOTHING = new Outcome(List.of(), false, Long.MAX_VALUE);

  private final RedisServer redis;
  private final int partitions;
  private final String group;
  private final List<Loss> losses;
  private final List<Trim> trims;

  /** Every event of the log by its id, after those that another hand removed from it. */
  private final Map<String, Logged> events = new LinkedHashMap<>();

  /** Those that the group had not done with when they were removed: it need not have them. */
  private final Set<String> excused = new HashSet<>();

  /**
   * @param losses of what was acknowledged, in order
   * @param trims in order
   */
  GroupChecker(
      RedisServer redis, int partitions, String group, List<Loss> losses, List<Trim> trims) {
    this.redis = redis;
    this.partitions = partitions;
    this.group = group;
    this.losses = losses;
    this.trims = trims;
  }

  private void readLog() {
    for (int partition = 0; partition < partitions; partition++) {
      for (Trim trim : trims) {
        if (trim.partition() == partition) {
          Set<String> open = trim.open().getOrDefault(group, Set.of());
          for (Logged entry : trim.entries()) {
            events.put(entry.id(), entry);
            if (open.contains(entry.position())) {
              excused.add(entry.id());
            }
          }
        }
      }
      Logged.all(redis, partition).forEach(entry -> events.put(entry.id(), entry));
    }
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
    readLog();
    var violations = new ArrayList<>(consumers.violations());
    Map<String, Outcome> outcomes = consumers.outcomes();
    var delivered = new HashSet<String>();
    consumers.deliveries().forEach(delivery -> delivered.add(delivery.id()));
    for (String id : events.keySet()) {
      Outcome outcome = outcomes.getOrDefault(id, NOTHING);
      List<Loss> some = lossesOf(id);
      if (twice(outcome.done(), some)) {
        violations.add(group + ": done " + outcome.done() + ": " + id);
      }
      if (excused.contains(id)) {
        continue;
      }
      if (!delivered.contains(id)) {
        violations.add(group + ": never delivered: " + id);
      } else if (!outcome.open() && !stands(outcome.done(), some)) {
        violations.add(
            group + ": delivered, and never done: " + id + ": " + outcome.done() + ", " + some);
      }
    }
    violations.addAll(wrongLetters());
    for (GroupConsumers.Delivery delivery : consumers.deliveries()) {
      if (!events.containsKey(delivery.id()) && isAfterLosses(delivery.asked())) {
        violations.add(group + ": delivered, and not in the log: " + delivery.id());
      }
    }
    if (ordered) {
      violations.addAll(outOfTurn(outcomes, consumers.deliveries()));
    }
    return violations;
  }

  private boolean isAfterLosses(long moment) {
    return losses.stream().allMatch(loss -> moment > loss.end());
  }

  private List<Loss> lossesOf(String id) {
    int partition = Objects.requireNonNull(events.get(id)).partition();
    return losses.stream().filter(loss -> loss.befalls(partition)).toList();
  }

  /** Whether any of them may have outlived all losses. */
  private static boolean stands(List<Said> some, List<Loss> losses) {
    return some.stream()
        .anyMatch(
            said -> losses.stream().noneMatch(loss -> loss.takes(said.asked(), said.answered())));
  }

  /** Whether one was said to count after another, though no loss came between that took that. */
  private static boolean twice(List<Said> done, List<Loss> losses) {
    List<Said> inOrder =
        done.stream().sorted((a, b) -> Long.compare(a.answered(), b.answered())).toList();
    for (int i = 1; i < inOrder.size(); i++) {
      Said before = inOrder.get(i - 1);
      Said then = inOrder.get(i);
      if (losses.stream()
          .noneMatch(
              loss ->
                  !loss.spares(before.asked(), before.answered())
                      && then.answered() > loss.back())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Dead letters are the jobs that cannot be done, each once. A log that is lost leaves those that
   * were of it, and what was not done with when it was removed may be one or not.
   */
  private List<String> wrongLetters() {
    List<String> letters = setAside();
    if (!losses.isEmpty()) {
      letters = letters.stream().filter(events::containsKey).distinct().toList();
    }
    Set<String> wanted = new TreeSet<>(events.keySet());
    wanted.removeIf(id -> !GroupConsumers.isImpossible(id));
    Set<String> found = new TreeSet<>(letters);
    Set<String> missing = new TreeSet<>(wanted);
    missing.removeAll(found);
    missing.removeAll(excused);
    boolean each = letters.size() == found.size();
    return missing.isEmpty() && wanted.containsAll(found) && each
        ? List.of()
        : List.of(group + ": dead letters " + letters + ", not " + wanted);
  }

  /**
   * An event came before it was said that the one before it, of the same key, is over. Before the
   * last loss the log was another one.
   */
  private List<String> outOfTurn(
      Map<String, Outcome> outcomes, List<GroupConsumers.Delivery> deliveries) {
    var before = new HashMap<String, String>();
    var last = new HashMap<String, String>();
    events.forEach(
        (id, entry) -> {
          String previous = last.put(entry.key(), id);
          if (previous != null) {
            before.put(id, previous);
          }
        });
    var violations = new ArrayList<String>();
    for (GroupConsumers.Delivery delivery : deliveries) {
      String previous = before.get(delivery.id());
      boolean inTurn =
          previous == null
              || excused.contains(previous)
              || !isAfterLosses(delivery.asked())
              || outcomes.getOrDefault(previous, NOTHING).firstSaid() < delivery.received();
      if (!inTurn) {
        violations.add(group + ": out of turn: " + delivery.id());
      }
    }
    return violations;
  }
}
