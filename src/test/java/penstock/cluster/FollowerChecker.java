package penstock.cluster;

import static penstock.Patience.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.awaitility.core.ConditionTimeoutException;
import penstock.Patience;
import penstock.redis.RedisServer;

/** Holds what followers of a stream's feed saw against its log. */
final class FollowerChecker {

  /** What is waited for a follower when another one was late already. */
  private static final Duration AFTER_LATE = Duration.ofSeconds(1);

  private final int partitions;
  private final List<Loss> losses;
  private final List<Trim> trims;
  private final Duration patience;
  private final List<String> violations = new ArrayList<>();
  private boolean followersLate;

  /** What each partition holds now. */
  private final List<Logged> present = new ArrayList<>();

  /** The same, after what another hand removed from it. */
  private final List<Logged> whole = new ArrayList<>();

  /** Nothing may be appended from now on. */
  FollowerChecker(
      RedisServer redis, String stream, int partitions, List<Loss> losses, List<Trim> trims) {
    this(log -> redis, stream, partitions, losses, trims, Patience.LIMIT);
  }

  /**
   * @param servers which of them has a log
   * @param patience how long it may take until all is delivered
   */
  FollowerChecker(
      Function<String, RedisServer> servers,
      String stream,
      int partitions,
      List<Loss> losses,
      List<Trim> trims,
      Duration patience) {
    this.partitions = partitions;
    this.losses = losses;
    this.trims = trims;
    this.patience = patience;
    for (int partition = 0; partition < partitions; partition++) {
      for (Trim trim : trims) {
        if (trim.partition() == partition) {
          whole.addAll(trim.entries());
        }
      }
      String log = "ps:{" + stream + "/" + partition + "}:events";
      List<Logged> now = Logged.all(servers.apply(log), log, partition);
      present.addAll(now);
      whole.addAll(now);
    }
  }

  /** Everything that is not as it must be; empty if all is. */
  List<String> check(FeedFollowers followers) {
    followers.all().forEach(this::checkFollower);
    return violations;
  }

  /** It saw everything, in order, since the last reset, and was only reset where it had to be. */
  private void checkFollower(FeedFollower follower) {
    try {
      await().atMost(followersLate ? AFTER_LATE : patience).until(() -> hasAll(follower));
    } catch (ConditionTimeoutException late) {
      followersLate = true;
      violations.add(
          "a follower of %s saw %d of %d events"
              .formatted(
                  follower.kind(),
                  follower.count(),
                  present.stream().filter(follower::wants).count()));
    }
    violations.addAll(follower.violations());
    List<String> unexplained = new ArrayList<>(follower.resets());
    if (!trims.isEmpty()) {
      unexplained.removeIf(reason -> reason.equals("trimmed"));
    }
    if (losses.isEmpty() && !unexplained.isEmpty()) {
      violations.add("a follower was reset without a loss: " + unexplained);
    }
    Map<String, Integer> placed = new HashMap<>();
    List<List<String>> expected = lists();
    for (Logged entry : whole) {
      placed.put(entry.id(), entry.partition());
      if (follower.wants(entry)) {
        expected.get(entry.partition()).add(entry.id());
      }
    }
    List<List<String>> seen = lists();
    List<String> unknown = new ArrayList<>();
    for (String id : follower.seen()) {
      Integer partition = placed.get(id);
      if (partition == null) {
        unknown.add(id);
      } else {
        seen.get(partition).add(id);
      }
    }
    if (!unknown.isEmpty()) {
      violations.add("a follower saw events that are not in the log: " + Checker.some(unknown));
    }
    Set<String> lasting = ids(present);
    for (int partition = 0; partition < expected.size(); partition++) {
      checkSeen(
          partition,
          due(expected.get(partition), seen.get(partition), lasting),
          seen.get(partition));
    }
  }

  /**
   * What a follower had to see of a partition: all, or if its beginning was trimmed, all from the
   * first event that it saw, and not less than what is left.
   */
  private List<String> due(List<String> all, List<String> seen, Set<String> lasting) {
    int first = 0;
    if (!trims.isEmpty()) {
      while (first < all.size()
          && !lasting.contains(all.get(first))
          && (seen.isEmpty() || !seen.getFirst().equals(all.get(first)))) {
        first++;
      }
    }
    return all.subList(first, all.size());
  }

  private boolean hasAll(FeedFollower follower) {
    return new HashSet<>(follower.seen())
        .containsAll(ids(present.stream().filter(follower::wants).toList()));
  }

  private static Set<String> ids(List<Logged> entries) {
    Set<String> ids = new HashSet<>();
    entries.forEach(entry -> ids.add(entry.id()));
    return ids;
  }

  private void checkSeen(int partition, List<String> expected, List<String> seen) {
    if (seen.equals(expected)) {
      return;
    }
    int at = 0;
    while (at < Math.min(seen.size(), expected.size()) && seen.get(at).equals(expected.get(at))) {
      at++;
    }
    violations.add(
        "a follower saw %d events of partition %d instead of %d; at %d it saw %s instead of %s"
            .formatted(
                seen.size(),
                partition,
                expected.size(),
                at,
                Checker.some(seen.subList(at, seen.size())),
                Checker.some(expected.subList(at, expected.size()))));
  }

  private List<List<String>> lists() {
    List<List<String>> lists = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      lists.add(new ArrayList<>());
    }
    return lists;
  }
}
