package penstock.feed.stream;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.feed.room.SharedHistory;
import penstock.stream.Cursor;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.filter.EventFilter;

/**
 * The newest events of a stream, encoded: what a channel holds as long as its logs go on unbroken.
 * Events are numbered from 0; the oldest are overwritten. Those of several partitions stand in the
 * order in which this instance learned of them, which is another on each: what a reader has seen is
 * known by its cursor, not by a number.
 *
 * <p>They are bytes in one array, which collections leave alone. Only the newest, which readers
 * want next, are objects too; of the others objects are made for whoever falls behind, and kept for
 * those who are as far behind, until the next collection.
 *
 * <p>Written by one thread, read by any. A reader that comes too late finds that an event is not
 * there any more.
 */
final class HistoryBuffer implements SharedHistory<BufferedEvent> {

  /** How many are at hand as objects, and what they may take together. */
  private static final int RECENT_EVENTS = 128;

  private static final int RECENT_BYTES = 256 * 1024;

  /** As many are made objects again at once: who wants one wants the next. */
  private static final int BLOCK = 64;

  /** Where the history begins. */
  private static final class Floor {

    private final long oldest;

    /** The event before it; null if there was none, and the cursor is known. */
    private final byte @Nullable [] last;

    private @Nullable Cursor before;

    private Floor(long oldest, byte @Nullable [] last, @Nullable Cursor before) {
      this.oldest = oldest;
      this.last = last;
      this.before = before;
    }

    static Floor at(Cursor before) {
      return new Floor(0, null, before);
    }

    /** Behind an event that was dropped. */
    static Floor behind(long number, byte[] dropped) {
      return new Floor(number + 1, dropped, null);
    }

    /** The number of the oldest event. */
    long oldest() {
      return oldest;
    }

    /** The cursor before it: a reader that stands there misses nothing. */
    Cursor before() {
      Cursor known = before;
      if (known == null) {
        known = BufferedEvent.packedAt(Objects.requireNonNull(last));
        before = known;
      }
      return known;
    }
  }

  /**
   * @param at the history's cursor behind the event
   */
  private record NumberedEvent(long number, BufferedEvent event, Cursor at) {}

  private final ByteRing packed;

  /** Each at its number modulo the length; none before the first event. */
  private volatile @Nullable AtomicReferenceArray<@Nullable NumberedEvent> recent;

  /** The number of the oldest of them, and what they take. */
  private long recentFrom;

  private long recentBytes;

  /** Blocks of older ones, for as long as no collection comes; none before the first reader. */
  private volatile @Nullable AtomicReferenceArray<@Nullable WeakReference<NumberedEvent[]>> older;

  private final int mostEvents;
  private volatile KnownLogs logs;
  private volatile Floor floor;
  private volatile long head;
  private volatile boolean closed;

  /** Behind the newest event. */
  private Cursor end;

  /**
   * A history that begins at the ends of the logs.
   *
   * @param logs of all partitions, in order
   * @param mostBytes what its events may take together; one may always stay
   */
  HistoryBuffer(StreamName stream, List<LogState> logs, int mostEvents, long mostBytes) {
    this.end = Cursor.ofStream(stream, logs, logs.stream().map(LogState::last).toList());
    this.packed = new ByteRing(mostEvents, mostBytes);
    this.mostEvents = mostEvents;
    this.logs = new KnownLogs(end.scope(), List.copyOf(logs));
    this.floor = Floor.at(end);
  }

  /** What is known of the logs; their ends may not have come here yet. */
  List<LogState> logs() {
    return logs.states();
  }

  /** Nothing more will come: a log went on elsewhere. */
  void close() {
    closed = true;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public long head() {
    return head;
  }

  /** The logs as far as they came here; for the one thread that adds to them. */
  List<LogState> reached() {
    List<LogState> known = logs.states();
    var reached = new ArrayList<LogState>(known.size());
    for (int i = 0; i < known.size(); i++) {
      reached.add(known.get(i).until(end.position(i)));
    }
    return reached;
  }

  /** Adds entries of a partition; from the one thread that may. */
  void add(int partition, LogState now, List<LogEntry> entries) {
    logs = logs.with(partition, now);
    long next = head;
    Floor from = floor;
    for (LogEntry entry : entries) {
      end = end.with(partition, PartitionPosition.in(now, entry.position()));
      BufferedEvent event = BufferedEvent.at(end, partition, entry.event());
      byte[] piece = event.pack();
      while (!packed.hasRoom(piece.length)) {
        long oldest = from.oldest();
        from = Floor.behind(oldest, Objects.requireNonNull(packed.get(oldest)));
        packed.drop();
      }
      packed.add(piece);
      keep(new NumberedEvent(next, event, end));
      next++;
    }
    floor = from;
    head = next;
  }

  /** The newest is at hand. */
  private void keep(NumberedEvent newest) {
    AtomicReferenceArray<@Nullable NumberedEvent> present = recent;
    if (present == null) {
      present = new AtomicReferenceArray<>(RECENT_EVENTS);
      recent = present;
    }
    recentBytes += newest.event().bytes();
    while (recentFrom < newest.number()
        && (recentBytes > RECENT_BYTES || newest.number() - recentFrom == RECENT_EVENTS)) {
      NumberedEvent old =
          Objects.requireNonNull(present.getAndSet((int) (recentFrom % RECENT_EVENTS), null));
      recentBytes -= old.event().bytes();
      recentFrom++;
    }
    present.set((int) (newest.number() % RECENT_EVENTS), newest);
  }

  private @Nullable NumberedEvent recent(long number) {
    AtomicReferenceArray<@Nullable NumberedEvent> present = recent;
    NumberedEvent found = present == null ? null : present.get((int) (number % RECENT_EVENTS));
    return found != null && found.number() == number ? found : null;
  }

  private @Nullable NumberedEvent numbered(long number) {
    if (number < floor.oldest()) {
      return null;
    }
    NumberedEvent found = recent(number);
    return found == null ? older(number) : found;
  }

  private @Nullable NumberedEvent older(long number) {
    AtomicReferenceArray<@Nullable WeakReference<NumberedEvent[]>> blocks = older;
    if (blocks == null) {
      blocks = new AtomicReferenceArray<>(mostEvents / BLOCK + 2);
      older = blocks;
    }
    int place = (int) (number / BLOCK % blocks.length());
    int within = (int) (number % BLOCK);
    WeakReference<NumberedEvent[]> made = blocks.get(place);
    NumberedEvent[] block = made == null ? null : made.get();
    if (block == null || block[within] == null || block[within].number() != number) {
      block = unpack(number - within);
      blocks.set(place, new WeakReference<>(block));
    }
    return block[within];
  }

  private NumberedEvent[] unpack(long first) {
    var block = new NumberedEvent[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      byte[] piece = packed.get(first + i);
      if (piece != null) {
        Cursor at = BufferedEvent.packedAt(piece);
        block[i] = new NumberedEvent(first + i, BufferedEvent.unpack(piece, at), at);
      }
    }
    return block;
  }

  /** The history's cursor behind an event; null if that is not there any more. */
  private @Nullable Cursor at(long number) {
    NumberedEvent found = recent(number);
    if (found != null) {
      return found.at();
    }
    byte[] piece = packed.get(number);
    return piece == null ? null : BufferedEvent.packedAt(piece);
  }

  @Override
  public @Nullable BufferedEvent find(long number) {
    NumberedEvent found = numbered(number);
    return found == null ? null : found.event();
  }

  @Override
  public Collection<String> keys(BufferedEvent event) {
    return SubjectInterest.keys(event.attributes());
  }

  @Override
  public @Nullable Cursor before(long number) {
    Floor from = floor;
    if (number <= from.oldest()) {
      return number == from.oldest() ? from.before() : null;
    }
    return at(number - 1);
  }

  /** Up to this position all events of a partition are here or were. */
  Position floor(int partition) {
    return floor.before().position(partition);
  }

  /**
   * The number of the first event that has something behind a cursor; -1 if not all that is behind
   * it is here, or it is not known to be in the logs that this history is of.
   */
  long behind(Cursor cursor) {
    Floor from = floor;
    long high = head;
    KnownLogs known = logs;
    if (closed || !known.areOf(cursor) || known.missing(cursor, from.before()) >= 0) {
      return -1;
    }
    long low = from.oldest();
    while (low < high) {
      long middle = (low + high) >>> 1;
      Cursor behind = at(middle);
      if (behind == null) {
        return -1;
      }
      if (behind.firstAheadOf(cursor) >= 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** As {@link #behind}, for a cursor that only a client vouches for. */
  long behindUnchecked(Cursor cursor) {
    return logs.reach(cursor) ? behind(cursor) : -1;
  }

  /** Whether the cursor is of the same lives of the same stream. */
  boolean isOf(Cursor cursor) {
    return logs.areOf(cursor);
  }

  /**
   * The partition of which a cursor lacks what is not here; of several, the one that is behind the
   * others in time. -1 if there is none.
   */
  int missing(Cursor cursor) {
    return logs.missing(cursor, floor.before());
  }

  /**
   * The frames from an event on that pass a filter: up to the head, or enough for a write. As long
   * as the reader is ahead of the history in some partition, which it read on its own or on another
   * instance, it is not sent again what it has, and the ids are its own; then they are the
   * history's.
   *
   * @param after where the reader stands
   * @return null if the first is not there any more
   */
  @Nullable FrameBatch from(long number, EventFilter filter, Cursor after) {
    var batch = new FrameBatch.Builder(filter);
    Cursor reached = after;
    int ahead = 0;
    long end = head;
    long next = number;
    while (next < end && !batch.isEnough()) {
      NumberedEvent found = numbered(next);
      if (found == null) {
        return next == number ? null : batch.upTo(next, reached);
      }
      BufferedEvent event = found.event();
      boolean isNew = ahead < 0 || event.position().isAfter(reached.position(event.partition()));
      if (ahead >= 0 && isNew) {
        reached = reached.with(event.partition(), event.place());
      }
      if (next == number || ahead == event.partition()) {
        ahead = reached.firstAheadOf(found.at());
      }
      if (ahead < 0) {
        reached = found.at();
      }
      if (isNew && ahead < 0) {
        batch.add(event);
      } else if (isNew) {
        batch.add(event, reached);
      }
      next++;
    }
    return batch.upTo(next, reached);
  }
}
