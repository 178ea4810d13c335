package penstock.projection.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.consumer.worker.Lease;
import penstock.projection.ProjectionShard;
import penstock.stream.Position;
import penstock.stream.log.RawRecord;
import penstock.trace.Tracing;

/**
 * Events that were read and not folded yet, oldest first, and how batches are made of them: as many
 * events as one commit can have, but a suspect by itself. Belongs to whoever has its task's turn.
 */
final class BatchBuilder {

  /** So much is folded on an event loop: it takes some tenths of a millisecond at most. */
  private static final int MOST_EVENTS_AT_ONCE = 32;

  private static final int MOST_BYTES_AT_ONCE = 64 * 1024;

  private final ProjectionShard shard;
  private final EntryRepository entries;
  private final EntryCache cache;
  private final Suspects suspects;
  private final Tracing tracing;
  private final ArrayDeque<RawRecord> events = new ArrayDeque<>();
  private long batches;

  BatchBuilder(
      ProjectionShard shard,
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

  void addAll(Collection<RawRecord> read) {
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
  FoldBatch fold(Position folded) throws InterruptedException {
    var decisions = new ArrayList<FoldDecision>(events.size());
    Set<String> unknown = new LinkedHashSet<>();
    for (RawRecord event : events) {
      FoldDecision decision = FoldDecision.of(shard.view(), event);
      decisions.add(decision);
      if (decision instanceof FoldDecision.Fold fold && !cache.knows(fold.key())) {
        unknown.add(fold.key());
      }
    }
    FoldBatch batch = batch(folded);
    entries.load(List.copyOf(unknown), cache, batch.number());
    take(decisions, batch);
    return batch;
  }

  /**
   * The same on an event loop.
   *
   * @return null if that takes waiting, or might take long: then nothing has changed
   */
  @Nullable FoldBatch foldAtOnce(Position folded) {
    List<FoldDecision> decisions = beginsWithSuspect() ? null : decideAtOnce(events);
    if (decisions == null) {
      return null;
    }
    FoldBatch batch = batch(folded);
    take(decisions, batch);
    return batch;
  }

  /**
   * The same of events that are about to be appended behind all that was read.
   *
   * @param ahead whose positions are not known yet
   * @return null also if not all of them can be folded, or where they will be matters: then nothing
   *     has changed
   */
  @Nullable FoldBatch foldAhead(Position folded, List<RawRecord> ahead) {
    List<FoldDecision> decisions = shard.view().isFoldOfPosition() ? null : decideAtOnce(ahead);
    if (decisions == null) {
      return null;
    }
    FoldBatch batch = batch(folded);
    for (int i = 0; i < decisions.size(); i++) {
      if (!batch.take(ahead.get(i), decisions.get(i)) || !batch.deadLetters().isEmpty()) {
        batch.undo();
        return null;
      }
    }
    return batch;
  }

  /** What the events are to the view; null if folding them takes waiting, or might take long. */
  private @Nullable List<FoldDecision> decideAtOnce(Collection<RawRecord> events) {
    if (!shard.view().isFoldBuiltIn() || events.size() > MOST_EVENTS_AT_ONCE) {
      return null;
    }
    var decisions = new ArrayList<FoldDecision>(events.size());
    long bytes = 0;
    for (RawRecord event : events) {
      FoldDecision decision = FoldDecision.of(shard.view(), event);
      decisions.add(decision);
      bytes += event.bytes();
      if (decision instanceof FoldDecision.Fold fold) {
        EntryCache.Cached cached = cache.get(fold.key());
        if (cached == null) {
          return null;
        }
        bytes += cached.entry() == null ? 0 : cached.entry().bytes();
      }
    }
    return bytes > MOST_BYTES_AT_ONCE ? null : decisions;
  }

  private void take(List<FoldDecision> decisions, FoldBatch batch) {
    for (FoldDecision decision : decisions) {
      RawRecord next = events.getFirst();
      if (decision instanceof FoldDecision.Fold fold && !cache.knows(fold.key())
          || suspects.contains(next.position())
          || !batch.take(next, decision)) {
        break;
      }
      events.removeFirst();
    }
  }

  /**
   * Takes the next event by itself, when no commit is under way. After too many attempts it is not
   * folded any more, and becomes a dead letter.
   */
  FoldBatch foldAlone(Lease lease, Position folded) throws InterruptedException {
    RawRecord suspect = events.getFirst();
    FoldDecision decision =
        suspects.mayTry(lease, suspect.position())
            ? FoldDecision.of(shard.view(), suspect)
            : new FoldDecision.Failed(suspects.reason());
    FoldBatch batch = batch(folded);
    if (decision instanceof FoldDecision.Fold fold && !cache.knows(fold.key())) {
      entries.load(List.of(fold.key()), cache, batch.number());
    }
    if (batch.take(suspect, decision)) {
      events.removeFirst();
      suspects.remove(suspect.position());
    }
    return batch;
  }

  private FoldBatch batch(Position folded) {
    return new FoldBatch(nextNumber(), shard.view(), folded, cache, tracing.links());
  }
}
