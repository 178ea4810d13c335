package penstock.feed.view;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.ByteRing;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.HistoryQuota;
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
 * numbered from 0, the oldest of which are overwritten. They are bytes in one array, which
 * collections leave alone; only the newest are objects too.
 *
 * <p>Written by one thread, read by any. A reader that comes too late finds that a batch is gone.
 */
final class ChangeBuffer implements SharedHistory<ChangeBatch> {

  /** How many batches are at hand as objects, and what they may take together. */
  private static final int RECENT_BATCHES = 128;

  private static final int RECENT_BYTES = 256 * 1024;

  private record NumberedBatch(long number, ChangeBatch batch, int bytes) {}

  private final Generation generation;
  private final CursorScope scope;
  private final List<LogState> states;
  private final ByteRing packed;
  private final HistoryQuota.Share share;
  private final long mostKeys;

  /** Each at its number modulo the length. */
  private final AtomicReferenceArray<@Nullable NumberedBatch> recent =
      new AtomicReferenceArray<>(RECENT_BATCHES);

  /** The number of the oldest of them, and what they take. */
  private long recentFrom;

  private long recentBytes;
  private final Cursor begin;

  /** What readers may have been shown is of changes up to here. */
  private final Position[] seen;

  private volatile Cursor end;
  private volatile long head;
  private volatile boolean closed;
  private volatile long oldest;
  private long keys;

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
    this.share = quota.new Share();
    this.packed = new ByteRing(mostKeys, mostBytes, share);
    this.mostKeys = mostKeys;
    this.begin = cursor(states.stream().map(LogState::last).toList());
    this.end = begin;
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
    long next = head;
    byte[] piece = batch.pack();
    keys += batch.size();
    while (!packed.hasRoom(piece.length) || next > oldest && keys > mostKeys) {
      keys -= ChangeBatch.packedSize(Objects.requireNonNull(packed.get(oldest)));
      packed.drop();
      oldest++;
    }
    packed.add(piece);
    keep(new NumberedBatch(next, batch, piece.length));
    end = batch.at();
    head = next + 1;
  }

  /** The newest is at hand. */
  private void keep(NumberedBatch newest) {
    recentBytes += newest.bytes();
    while (recentFrom < newest.number()
        && (recentBytes > RECENT_BYTES || newest.number() - recentFrom == RECENT_BATCHES)) {
      NumberedBatch old =
          Objects.requireNonNull(recent.getAndSet((int) (recentFrom % RECENT_BATCHES), null));
      recentBytes -= old.bytes();
      recentFrom++;
    }
    recent.set((int) (newest.number() % RECENT_BATCHES), newest);
  }

  @Override
  public @Nullable ChangeBatch find(long number) {
    if (number < oldest) {
      return null;
    }
    NumberedBatch found = recent.get((int) (number % RECENT_BATCHES));
    if (found != null && found.number() == number) {
      return found.batch();
    }
    byte[] piece = packed.get(number);
    return piece == null ? null : ChangeBatch.unpack(piece);
  }

  @Override
  public @Nullable Cursor before(long number) {
    if (number == 0) {
      return begin;
    }
    ChangeBatch behind = find(number - 1);
    return behind == null ? null : behind.at();
  }

  @Override
  public Collection<String> keys(ChangeBatch batch) {
    return batch.keys();
  }

  @Override
  public long head() {
    return head;
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
    closed = true;
    share.close();
  }

  @Override
  public boolean isClosed() {
    return closed;
  }
}
