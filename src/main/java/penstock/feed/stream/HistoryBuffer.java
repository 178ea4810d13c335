package penstock.feed.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
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
 * <p>Written by one thread, read by any. A reader that comes too late finds that an event is not
 * the one that it asked for.
 */
final class HistoryBuffer implements SharedHistory<BufferedEvent> {

  /** What a place in an event's cursor takes. */
  private static final int PLACE_BYTES = 8;

  /**
   * Where the history begins.
   *
   * @param oldest the number of the oldest event
   * @param before the cursor before it: a reader that stands there misses nothing
   */
  private record Floor(long oldest, Cursor before) {}

  /**
   * @param at the history's cursor behind the event
   */
  private record NumberedEvent(long number, BufferedEvent event, Cursor at) {}

  /**
   * Room at first, for a stream of which hardly anything comes: the array would be most of what it
   * takes. It is doubled whenever it is full.
   */
  private static final int FIRST_EVENTS = 16;

  /** Each at its number modulo the length; replaced by a longer one before the head moves on. */
  private volatile AtomicReferenceArray<@Nullable NumberedEvent> events;

  private final int mostEvents;
  private final long mostBytes;
  private volatile KnownLogs logs;
  private volatile Floor floor;
  private volatile long head;
  private volatile boolean closed;

  /** Behind the newest event. */
  private Cursor end;

  private @Nullable Event newest;

  private long bytes;

  /**
   * A history that begins at the ends of the logs.
   *
   * @param logs of all partitions, in order
   * @param mostBytes what its events may take together; one may always stay
   */
  HistoryBuffer(StreamName stream, List<LogState> logs, int mostEvents, long mostBytes) {
    this.end = Cursor.ofStream(stream, logs, logs.stream().map(LogState::last).toList());
    this.events = new AtomicReferenceArray<>(Math.min(FIRST_EVENTS, mostEvents));
    this.mostEvents = mostEvents;
    this.mostBytes = mostBytes;
    this.logs = new KnownLogs(end.scope(), List.copyOf(logs));
    this.floor = new Floor(0, end);
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
    long oldest = floor.oldest();
    Cursor before = floor.before();
    for (LogEntry entry : entries) {
      end = end.with(partition, PartitionPosition.in(now, entry.position()));
      BufferedEvent event = BufferedEvent.at(end, partition, sharing(entry.event()));
      newest = event.attributes();
      bytes += bytes(event);
      while (next > oldest && (next - oldest == mostEvents || bytes > mostBytes)) {
        NumberedEvent old = events.getAndSet(index(events, oldest), null);
        bytes -= bytes(old.event());
        before = old.at();
        oldest++;
      }
      if (next - oldest == events.length()) {
        events = longer(events, oldest, next);
      }
      events.set(index(events, next), new NumberedEvent(next, event, end));
      next++;
    }
    floor = new Floor(oldest, before);
    head = next;
  }

  /** Sources and types are mostly those of the event before. */
  private Event sharing(Event event) {
    Event before = newest;
    return before == null ? event : event.sharing(before);
  }

  private int bytes(BufferedEvent event) {
    return event.bytes() + PLACE_BYTES * end.places().size();
  }

  private AtomicReferenceArray<@Nullable NumberedEvent> longer(
      AtomicReferenceArray<@Nullable NumberedEvent> full, long oldest, long next) {
    var longer =
        new AtomicReferenceArray<@Nullable NumberedEvent>(Math.min(2 * full.length(), mostEvents));
    for (long number = oldest; number < next; number++) {
      longer.set(index(longer, number), full.get(index(full, number)));
    }
    return longer;
  }

  private static int index(AtomicReferenceArray<?> array, long number) {
    return (int) (number % array.length());
  }

  private @Nullable NumberedEvent numbered(long number) {
    AtomicReferenceArray<@Nullable NumberedEvent> present = events;
    NumberedEvent found = present.get(index(present, number));
    return found != null && found.number() == number ? found : null;
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
    NumberedEvent found = numbered(number - 1);
    return found == null ? null : found.at();
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
      NumberedEvent found = numbered(middle);
      if (found == null) {
        return -1;
      }
      if (found.at().firstAheadOf(cursor) >= 0) {
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
