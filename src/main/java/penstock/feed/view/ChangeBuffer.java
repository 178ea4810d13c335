package penstock.feed.view;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.HistoryQuota;
import penstock.feed.frame.HistoryRing;
import penstock.feed.room.SharedHistory;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.LogState;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.ResetReason;
import penstock.view.Generation;
import penstock.view.ViewName;

/**
 * What changed last in one generation of a view, as long as its lives and terms last: batches,
 * numbered from 0, the oldest of which are overwritten.
 *
 * <p>Changed by one thread at a time, read by any. A reader that comes too late finds that a batch
 * is gone.
 */
final class ChangeBuffer implements SharedHistory<ChangeBatch> {

  /** What there may be of them is counted in keys. */
  private static final HistoryRing.Format<ChangeBatch> FORMAT =
      new HistoryRing.Format<>(
          ChangeBatch::pack, ChangeBatch::unpack, ChangeBatch::packedAt, ChangeBatch::packedSize);

  private final Generation generation;
  private final CursorScope scope;
  private final List<LogState> states;
  private final HistoryRing<ChangeBatch> batches;

  /** What readers may have been shown is of changes up to here. */
  private final Position[] seen;

  private volatile Cursor end;

  /**
   * A buffer that begins at the end of the changes.
   *
   * @param states of the changes of each partition, in order
   */
  ChangeBuffer(
      ViewName view,
      Generation generation,
      List<LogState> states,
      int mostKeys,
      long mostBytes,
      HistoryQuota quota) {
    this.generation = generation;
    this.states = List.copyOf(states);
    this.scope = scope(view, generation, states);
    this.end = cursor(states.stream().map(LogState::last).toList());
    this.batches = new HistoryRing<>(FORMAT, end, mostKeys, mostBytes, quota);
    this.seen = states.stream().map(LogState::last).toArray(Position[]::new);
  }

  static CursorScope scope(ViewName view, Generation generation, List<LogState> states) {
    return CursorScope.of(
        "view", view.value(), generation.id(), states.stream().map(LogState::life).toList());
  }

  Generation generation() {
    return generation;
  }

  List<LogState> states() {
    return states;
  }

  /** Up to here the values of what changed were read. */
  Cursor end() {
    return end;
  }

  /** What readers may have been shown is of changes up to here. */
  Position seen(int partition) {
    return seen[partition];
  }

  /** Values were read; this is how the changes were behind that. */
  void saw(List<LogState> behind) {
    for (int p = 0; p < seen.length; p++) {
      if (behind.get(p).last().isAfter(seen[p])) {
        seen[p] = behind.get(p).last();
      }
    }
  }

  Cursor cursor(List<Position> positions) {
    var places = new ArrayList<PartitionPosition>(positions.size());
    for (int i = 0; i < positions.size(); i++) {
      places.add(PartitionPosition.in(states.get(i), positions.get(i)));
    }
    return new Cursor(scope, places);
  }

  /** Whether a partition's changes are still of the life and the term that they were. */
  boolean isOf(int partition, LogState now) {
    return now.isOfTermOf(states.get(partition));
  }

  /**
   * Why a reader cannot go on from a cursor; empty if it can. One of another term cannot: it may
   * have been shown a value that is newer than its cursor and was lost with that term.
   */
  Optional<ResetReason> obstacle(Cursor cursor) {
    if (cursor.scope().identity() != scope.identity()
        || cursor.places().size() != states.size()
        || !cursor.isWhole()) {
      return Optional.of(ResetReason.FOREIGN);
    }
    if (!cursor.scope().equals(scope)) {
      return Optional.of(ResetReason.NEW_LIFE);
    }
    for (int i = 0; i < states.size(); i++) {
      PartitionPosition place = cursor.places().get(i);
      if (place.term() != states.get(i).term().number()
          || place.bits() != states.get(i).term().bits()) {
        return Optional.of(ResetReason.NEW_TERM);
      }
    }
    return Optional.empty();
  }

  /** Whether a cursor of the same lives is of a later term. */
  boolean isBeforeTermOf(Cursor cursor) {
    if (!cursor.scope().equals(scope) || cursor.places().size() != states.size()) {
      return false;
    }
    for (int i = 0; i < states.size(); i++) {
      if (cursor.places().get(i).term() > states.get(i).term().number()) {
        return true;
      }
    }
    return false;
  }

  void add(ChangeBatch batch) {
    batches.add(batch, batch.at());
    end = batch.at();
    batches.publish();
  }

  @Override
  public @Nullable ChangeBatch find(long number) {
    HistoryRing.Numbered<ChangeBatch> found = batches.find(number);
    return found == null ? null : found.element();
  }

  @Override
  public @Nullable Cursor before(long number) {
    return batches.before(number);
  }

  @Override
  public Collection<String> keys(ChangeBatch batch) {
    return batch.keys();
  }

  @Override
  public long head() {
    return batches.head();
  }

  /**
   * The frames of a batch; null if it is not there any more.
   *
   * @param keys that are wanted; null for all
   */
  @Nullable FrameBatch from(long number, @Nullable Set<String> keys) {
    ChangeBatch found = find(number);
    return found == null ? null : found.frames(keys, number + 1);
  }

  /** Nothing more will come: the view goes on elsewhere, or nobody reads it any more. */
  void close() {
    batches.close();
  }

  @Override
  public boolean isClosed() {
    return batches.isClosed();
  }
}
