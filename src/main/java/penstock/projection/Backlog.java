package penstock.projection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import penstock.stream.Position;
import penstock.trace.Tracing;

/**
 * Events that were read and not folded yet, oldest first, and how batches are made of them: as many
 * events as one commit can have, but a suspect by itself. Belongs to its task's thread.
 */
final class Backlog {

  private final Assignment shard;
  private final EntryRepository entries;
  private final EntryCache cache;
  private final Suspects suspects;
  private final Tracing tracing;
  private final ArrayDeque<Delivered> events = new ArrayDeque<>();
  private long batches;

  Backlog(
      Assignment shard,
      EntryRepository entries,
      EntryCache cache,
      Suspects suspects,
      Tracing tracing) {
    this.shard = shard;
    this.entries = entries;
    this.cache = cache;
    this.suspects = suspects;
    this.tracing = tracing;
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  void addAll(Collection<Delivered> read) {
    events.addAll(read);
  }

  void clear() {
    events.clear();
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
      Step step = Step.of(shard.view(), event);
      steps.add(step);
      if (step instanceof Step.Fold fold && !cache.knows(fold.key())) {
        unknown.add(fold.key());
      }
    }
    Batch batch = batch(folded);
    entries.load(List.copyOf(unknown), cache, batch.number());
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
   * Takes the next event by itself, when no commit is under way. After too many attempts it is not
   * folded any more, and becomes a dead letter.
   */
  Batch foldAlone(Lease lease, Position folded) throws InterruptedException {
    Delivered suspect = events.getFirst();
    Step step =
        suspects.mayTry(lease, suspect.position())
            ? Step.of(shard.view(), suspect)
            : new Step.Failed(suspects.reason());
    Batch batch = batch(folded);
    if (step instanceof Step.Fold fold && !cache.knows(fold.key())) {
      entries.load(List.of(fold.key()), cache, batch.number());
    }
    if (batch.take(suspect, step)) {
      events.removeFirst();
      suspects.remove(suspect.position());
    }
    return batch;
  }

  private Batch batch(Position folded) {
    return new Batch(nextNumber(), shard.view(), folded, cache, tracing.causes());
  }
}
