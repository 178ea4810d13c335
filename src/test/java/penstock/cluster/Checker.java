package penstock.cluster;

import static penstock.Patience.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** Holds what a cluster has become against what its producers and followers know. */
final class Checker {

  /** The view that every service has, of a stream that this run appends nothing to. */
  private static final String ROOMS = "rooms:";

  private static final int SHOWN = 8;
  private static final int ACCEPTED = 202;

  private final Cluster cluster;
  private final Duration patience;
  private final List<Loss> losses;
  private final List<Trim> trims;
  private final List<String> violations = new ArrayList<>();

  /** What each partition holds now. */
  private final List<Logged> present = new ArrayList<>();

  /** The same, after what another hand removed from it. */
  private final List<Logged> whole = new ArrayList<>();

  /**
   * @param patience how long it may take until all is applied and delivered
   * @param losses of acknowledged events, in order
   * @param trims in order
   */
  Checker(Cluster cluster, Duration patience, List<Loss> losses, List<Trim> trims) {
    this.cluster = cluster;
    this.patience = patience;
    this.losses = losses;
    this.trims = trims;
  }

  /** Everything that is not as it must be; empty if all is. Nothing may be appended meanwhile. */
  List<String> check(Producers producers, @Nullable FeedFollowers followers) throws IOException {
    violations.addAll(producers.violations());
    readLog();
    settle();
    checkLog(producers.attempts());
    Map<TestedView, Reference> expected = new EnumMap<>(TestedView.class);
    for (TestedView view : TestedView.values()) {
      expected.put(view, Reference.of(view, takenInBy(view)));
      compare(view, expected.get(view));
    }
    if (followers != null) {
      violations.addAll(
          new FollowerChecker(
                  cluster::redis,
                  Cluster.STREAM,
                  cluster.settings().partitions(),
                  losses,
                  trims,
                  patience)
              .check(followers));
      for (FeedFollower follower : followers.all()) {
        if (follower.kind() == FeedFollower.Kind.COMBINED) {
          checkFollowedView(follower, expected.get(FeedFollower.VIEW).entries());
        }
      }
    }
    return violations;
  }

  /**
   * Has all views built anew, of a log that was not trimmed: they must become what they were, and
   * of what they take the place of nothing must be left.
   */
  List<String> checkRebuild(Duration more) throws IOException {
    Map<TestedView, String> before = new EnumMap<>(TestedView.class);
    for (TestedView view : TestedView.values()) {
      before.put(view, cluster.generation(view));
      URI asked = uri(view).resolve("/views/" + view.viewName() + "/rebuild");
      await().atMost(patience).ignoreExceptions().until(() -> Cluster.post(asked) == ACCEPTED);
    }
    for (TestedView view : TestedView.values()) {
      try {
        await()
            .atMost(patience.plus(more))
            .ignoreExceptions()
            .until(() -> isBuilt(Cluster.get(uri(view)), before.get(view)));
      } catch (ConditionTimeoutException late) {
        violations.add("a view is not built anew in time: " + Cluster.get(uri(view)));
      }
    }
    settle();
    for (TestedView view : TestedView.values()) {
      compare(view, Reference.of(view, present));
    }
    try {
      await().atMost(patience).until(() -> leftovers().isEmpty());
    } catch (ConditionTimeoutException late) {
      violations.add("of former generations there is still " + some(leftovers()));
    }
    return violations;
  }

  private URI uri(TestedView view) {
    return cluster.uris().getFirst().resolve("/views/" + view.viewName());
  }

  private static boolean isBuilt(JsonObject view, String before) {
    return !view.getString("generation").equals(before)
        && view.getValue("building") == null
        && lag(view) == 0
        && isWorked(view);
  }

  /** What Redis holds of generations that are not served. */
  private List<String> leftovers() {
    Set<String> served = new HashSet<>();
    for (TestedView view : TestedView.values()) {
      served.add(view.viewName() + ":" + cluster.generation(view));
    }
    List<String> left = new ArrayList<>();
    for (Object field : (List<?>) cluster.redis("ps:views").ask("HKEYS", "ps:views")) {
      String name = field.toString();
      if (name.contains(":")
          && !name.startsWith("#")
          && !name.startsWith(ROOMS)
          && !served.contains(name)) {
        left.add(name);
      }
    }
    for (Object key : cluster.keys(Cluster.base("*") + "view:*")) {
      String name = key.toString().substring(key.toString().indexOf(":view:") + 6);
      if (served.stream().noneMatch(one -> name.equals(one) || name.startsWith(one + ":"))) {
        left.add(key.toString());
      }
    }
    for (int partition = 0; partition < cluster.settings().partitions(); partition++) {
      for (Object group :
          (List<?>)
              cluster
                  .redis(Cluster.events(partition))
                  .ask("XINFO", "GROUPS", Cluster.events(partition))) {
        List<?> words = (List<?>) group;
        String name = (String) words.get(words.indexOf("name") + 1);
        if (served.stream().noneMatch(one -> name.equals("view." + one.replace(':', '.')))) {
          left.add("the group " + name);
        }
      }
    }
    return left;
  }

  private static long lag(JsonObject view) {
    return view.getJsonArray("partitions").stream()
        .mapToLong(partition -> ((JsonObject) partition).getLong("lag"))
        .sum();
  }

  private static boolean isWorked(JsonObject view) {
    return view.getJsonArray("partitions").stream()
        .allMatch(partition -> ((JsonObject) partition).getString("state").equals("working"));
  }

  int events() {
    return present.size();
  }

  private void readLog() {
    for (int partition = 0; partition < cluster.settings().partitions(); partition++) {
      for (Trim trim : trims) {
        if (trim.partition() == partition) {
          whole.addAll(trim.entries());
        }
      }
      List<Logged> now = Logged.all(cluster.redis(Cluster.events(partition)), partition);
      present.addAll(now);
      whole.addAll(now);
    }
  }

  /** Nothing pending, no lag, wherever one asks. */
  private void settle() {
    try {
      await()
          .atMost(patience)
          .pollInterval(Duration.ofMillis(100))
          .ignoreExceptions()
          .until(() -> unsettled().isEmpty());
    } catch (ConditionTimeoutException late) {
      try {
        violations.addAll(unsettled());
      } catch (IOException | RuntimeException e) {
        violations.add("the views could not be asked: " + e);
      }
    }
  }

  private List<String> unsettled() throws IOException {
    List<String> left = new ArrayList<>();
    for (TestedView view : TestedView.values()) {
      for (URI instance : cluster.uris()) {
        JsonObject told = Cluster.get(instance.resolve("/views/" + view.viewName()));
        for (Object each : told.getJsonArray("partitions")) {
          JsonObject partition = (JsonObject) each;
          if (partition.getLong("lag") != 0 || !partition.getString("state").equals("working")) {
            left.add("the view " + view.viewName() + " is not at its end: " + partition);
          }
        }
      }
      for (int partition = 0; partition < cluster.settings().partitions(); partition++) {
        checkProgress(view, partition, left);
      }
    }
    return left;
  }

  private void checkProgress(TestedView view, int partition, List<String> left) {
    String last = null;
    for (Logged entry : present) {
      if (entry.partition() == partition) {
        last = entry.position();
      }
    }
    String state = cluster.state(view, partition);
    Object applied = state == null ? null : cluster.redis(state).ask("HGET", state, "applied");
    if (last != null && !last.equals(applied)) {
      left.add(
          "the view %s has applied %s of partition %d, whose last entry is %s"
              .formatted(view.viewName(), applied, partition, last));
    }
    if (last == null) {
      return;
    }
    List<?> pending =
        (List<?>)
            cluster
                .redis(Cluster.events(partition))
                .ask("XPENDING", Cluster.events(partition), cluster.group(view));
    if ((Long) pending.getFirst() != 0) {
      left.add("entries are pending: " + cluster.group(view) + " " + pending);
    }
  }

  private void checkLog(Map<String, Attempt> attempts) {
    Map<String, Logged> byId = new HashMap<>();
    Map<String, Integer> lastNumber = new HashMap<>();
    for (Logged entry : whole) {
      Logged before = byId.put(entry.source() + " " + entry.id(), entry);
      if (before != null) {
        violations.add(entry.id() + " is in the log twice: " + before + " and " + entry);
      }
      Attempt attempt = attempts.get(entry.id());
      if (attempt == null) {
        violations.add(entry.id() + " is in the log and was never sent: " + entry);
      } else {
        checkEntry(entry, attempt, lastNumber);
      }
    }
    List<String> lost = new ArrayList<>();
    attempts.forEach(
        (id, attempt) -> {
          if (attempt.isAcknowledged()
              && losses.stream().allMatch(loss -> loss.spares(attempt))
              && !byId.containsKey(attempt.event().source() + " " + id)) {
            lost.add(id + " at " + attempt.position());
          }
        });
    if (!lost.isEmpty()) {
      violations.add("acknowledged events are not in the log: " + some(lost));
    }
  }

  private void checkEntry(Logged entry, Attempt attempt, Map<String, Integer> lastNumber) {
    if (!entry.key().equals(attempt.event().key())) {
      violations.add(entry.id() + " has another key than it was sent with: " + entry);
    }
    if (!attempt.isAcknowledged() || !losses.isEmpty() && attempt.requests() > 1) {
      return;
    }
    String position =
        cluster.settings().partitions() == 1
            ? entry.position()
            : entry.partition() + "/" + entry.position();
    if (!position.equals(attempt.position())) {
      violations.add(entry.id() + " is at " + position + ", not at " + attempt.position());
    }
    Integer before = lastNumber.put(entry.key(), attempt.event().number());
    if (before != null && before > attempt.event().number()) {
      violations.add(entry.id() + " comes after number " + before + " of the same key");
    }
  }

  /** What a view holds, and what it has set aside, is what the log says. */
  private void compare(TestedView view, Reference expected) throws IOException {
    compare(
        view.viewName(),
        expected.entries(),
        Cluster.entries(cluster.uris().getFirst(), view.viewName()));
    List<String> letters = new ArrayList<>();
    for (int partition = 0; partition < cluster.settings().partitions(); partition++) {
      letters.addAll(deadLetters(view, partition));
    }
    if (!letters.stream()
        .sorted()
        .toList()
        .equals(expected.deadLetters().stream().sorted().toList())) {
      Set<String> unexpected = new HashSet<>(letters);
      expected.deadLetters().forEach(unexpected::remove);
      Set<String> missing = new HashSet<>(expected.deadLetters());
      letters.forEach(missing::remove);
      violations.add(
          "the view %s has %d dead letters instead of %d: missing %s, not expected %s"
              .formatted(
                  view.viewName(),
                  letters.size(),
                  expected.deadLetters().size(),
                  some(missing),
                  some(unexpected)));
    }
    long told =
        Cluster.get(uri(view)).getJsonArray("partitions").stream()
            .mapToLong(partition -> ((JsonObject) partition).getLong("deadLetters"))
            .sum();
    if (told != letters.size()) {
      violations.add(
          "the view %s tells of %d dead letters and has %d"
              .formatted(view.viewName(), told, letters.size()));
    }
  }

  /** What was removed before a view had applied it is lost to that view. */
  private List<Logged> takenInBy(TestedView view) {
    List<Logged> taken = new ArrayList<>();
    for (int partition = 0; partition < cluster.settings().partitions(); partition++) {
      for (Trim trim : trims) {
        if (trim.partition() == partition) {
          String applied = trim.applied().get(view);
          trim.entries().stream()
              .filter(entry -> !Logged.isAfter(entry.position(), applied))
              .forEach(taken::add);
        }
      }
      for (Logged entry : present) {
        if (entry.partition() == partition) {
          taken.add(entry);
        }
      }
    }
    return taken;
  }

  /** Of the generation that is served. */
  private List<String> deadLetters(TestedView view, int partition) {
    String generation = cluster.generation(view);
    List<String> ids = new ArrayList<>();
    List<?> letters =
        (List<?>)
            cluster
                .redis(Cluster.base(partition) + "dead")
                .ask("XRANGE", Cluster.base(partition) + "dead", "-", "+");
    for (Object letter : letters) {
      List<?> words = (List<?>) ((List<?>) letter).get(1);
      if (words.get(words.indexOf("view") + 1).equals(view.viewName())
          && words.get(words.indexOf("generation") + 1).equals(generation)) {
        ids.add((String) words.get(words.indexOf("id") + 1));
      }
    }
    return ids;
  }

  private void compare(String name, Map<String, Object> expected, Map<String, Object> actual) {
    List<String> wrong = wrong(expected, actual);
    if (!wrong.isEmpty()) {
      violations.add(
          "the view %s is not what its log says in %d of %d entries: %s"
              .formatted(name, wrong.size(), expected.size(), some(wrong)));
    }
  }

  /** The keys that differ. */
  private static List<String> wrong(Map<String, Object> expected, Map<String, Object> actual) {
    Set<String> keys = new HashSet<>(expected.keySet());
    keys.addAll(actual.keySet());
    List<String> wrong = new ArrayList<>();
    for (String key : keys) {
      Object should = expected.get(key);
      Object is = actual.get(key);
      if (!String.valueOf(should).equals(String.valueOf(is)) && !equal(should, is)) {
        wrong.add(key + (should instanceof Integer ? ": " + is + " instead of " + should : ""));
      }
    }
    return wrong;
  }

  private static boolean equal(@Nullable Object one, @Nullable Object other) {
    return one instanceof JsonObject a
        && other instanceof JsonObject b
        && a.getMap().equals(b.getMap());
  }

  /** Its map of the view's entries has become what the view is. */
  private void checkFollowedView(FeedFollower follower, Map<String, Object> expected) {
    try {
      await().atMost(patience).until(() -> wrong(expected, follower.entries()).isEmpty());
    } catch (ConditionTimeoutException late) {
      compare(FeedFollower.VIEW.viewName() + ", as followed,", expected, follower.entries());
    }
  }

  static String some(java.util.Collection<String> all) {
    List<String> first = all.stream().limit(SHOWN).toList();
    return first + (all.size() > SHOWN ? " and " + (all.size() - SHOWN) + " more" : "");
  }
}
