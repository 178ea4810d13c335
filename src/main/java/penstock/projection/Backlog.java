package penstock.projection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.stream.Position;
import penstock.trace.Tracing;
import penstock.view.Entry;

/**
 * Events that were read and not folded yet, oldest first, and how batches are made of them: as many
 * as one commit can have, but one by itself on which processes may have died. Belongs to its
 * worker's thread.
 */
final class Backlog {

  private static final Logger LOG = Logger.getLogger(Backlog.class);

  private final Assignment work;
  private final Workplace redis;
  private final EntryCache cache;
  private final Tracing tracing;
  private final int loneAttempts;
  private final ArrayDeque<Delivered> events = new ArrayDeque<>();

  /** Events on which processes may have died. */
  private final Set<Position> suspects = new HashSet<>();

  private long batches;

  /**
   * @param loneAttempts how often an event on which processes die is tried by itself
   */
  Backlog(Assignment work, Workplace redis, EntryCache cache, Tracing tracing, int loneAttempts) {
    this.work = work;
    this.redis = redis;
    this.cache = cache;
    this.tracing = tracing;
    this.loneAttempts = loneAttempts;
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  void add(Delivered event) {
    events.add(event);
  }

  void clear() {
    events.clear();
  }

  void suspect(Collection<Position> positions) {
    suspects.addAll(positions);
  }

  /** What is applied harms nobody any more. */
  void acquit(Position applied) {
    suspects.removeIf(position -> !position.isAfter(applied));
  }

  void forgetSuspects() {
    suspects.clear();
  }

  boolean beginsWithSuspect() {
    return suspects.contains(events.getFirst().position());
  }

  /** A number that no batch had. */
  long nextNumber() {
    return ++batches;
  }

  /**
   * Takes the longest part that one commit can have.
   *
   * @param folded what all batches before brought the view to
   */
  Batch fold(Position folded) throws InterruptedException {
    var steps = new ArrayList<Step>(events.size());
    Set<String> unknown = new LinkedHashSet<>();
    for (Delivered event : events) {
      Step step = Step.of(work.view(), event);
      steps.add(step);
      if (step instanceof Step.Fold fold && !cache.knows(fold.key())) {
        unknown.add(fold.key());
      }
    }
    Batch batch = batch(folded);
    load(List.copyOf(unknown), batch);
    for (Step step : steps) {
      Delivered next = events.getFirst();
      if (step instanceof Step.Fold fold && !cache.knows(fold.key())
          || suspects.contains(next.position())
          || !batch.take(next, step)) {
        break;
      }
      events.removeFirst();
    }
    return batch;
  }

  /**
   * Takes the next event by itself, when no commit is under way. That it is tried is counted
   * before, since the process may die of it; after too many attempts it is not tried any more.
   */
  Batch foldAlone(Lease.Mine held, Position folded) throws InterruptedException {
    Delivered suspect = events.getFirst();
    int attempt = Await.of(redis.attempt(work, held, suspect.position()));
    if (attempt > 1) {
      LOG.warnf(
          "an event on which processes died is folded alone: %s position=%s attempt=%d",
          work, suspect.position(), attempt);
    }
    Batch batch = batch(folded);
    Step step =
        attempt > loneAttempts
            ? new Step.Failed(
                "processes died %d times while they folded it alone".formatted(loneAttempts))
            : Step.of(work.view(), suspect);
    if (step instanceof Step.Fold fold && !cache.knows(fold.key())) {
      load(List.of(fold.key()), batch);
    }
    if (batch.take(suspect, step)) {
      events.removeFirst();
      suspects.remove(suspect.position());
    }
    return batch;
  }

  private Batch batch(Position folded) {
    return new Batch(nextNumber(), work.view(), folded, cache, tracing.causes());
  }

  /**
   * What is not cached is not changed by a commit under way either, so that what is read is the
   * truth.
   */
  private void load(List<String> keys, Batch batch) throws InterruptedException {
    if (keys.isEmpty()) {
      return;
    }
    List<@Nullable Entry> entries = Await.of(redis.load(work, keys));
    for (int i = 0; i < entries.size(); i++) {
      cache.put(keys.get(i), entries.get(i), batch.number());
    }
  }
}
