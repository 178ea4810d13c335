package penstock.feed;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import penstock.stream.EventFilter;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Place;
import penstock.stream.Position;
import penstock.stream.Scope;
import penstock.stream.StreamName;

/**
 * The newest events of a stream, encoded: what a ring holds as long as its log goes on unbroken.
 * Slots are numbered from 0; the oldest are overwritten.
 *
 * <p>Written by one thread, read by any. A reader that comes too late finds that a slot is not the
 * one that it asked for.
 */
final class Lane {

  /**
   * Where the lane begins.
   *
   * @param oldest the number of the oldest slot
   * @param before the position of what came before it: a reader that stands there misses nothing
   */
  private record Floor(long oldest, Position before) {}

  private record Numbered(long number, Slot slot) {}

  private final Scope scope;
  private final AtomicReferenceArray<@Nullable Numbered> slots;
  private final long mostBytes;
  private volatile LogState log;
  private volatile Floor floor;
  private volatile long head;
  private volatile boolean closed;
  private long bytes;

  /**
   * A lane that begins at the log's end.
   *
   * @param mostBytes what its slots may take together; one may always stay
   */
  Lane(StreamName stream, LogState log, int mostEvents, long mostBytes) {
    this.scope = Scope.ofStream(stream, List.of(log));
    this.slots = new AtomicReferenceArray<>(mostEvents);
    this.mostBytes = mostBytes;
    this.log = log;
    this.floor = new Floor(0, log.last());
  }

  /** For cursors of this lane's events. */
  Scope scope() {
    return scope;
  }

  /** The last position known to be in the log; it may not have come here yet. */
  Position end() {
    return log.last();
  }

  /** Nothing more will come: the log went on elsewhere. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  /** The number of the slot that comes next. */
  long head() {
    return head;
  }

  /** Adds entries; from the one thread that may. */
  void add(LogState now, List<LogEntry> entries) {
    log = now;
    long next = head;
    long oldest = floor.oldest();
    Position before = floor.before();
    for (LogEntry entry : entries) {
      Slot slot = Slot.of(scope, now, entry);
      bytes += slot.bytes();
      while (next > oldest && (next - oldest == slots.length() || bytes > mostBytes)) {
        Slot old = slots.get(index(oldest)).slot();
        slots.set(index(oldest), null);
        bytes -= old.bytes();
        before = old.position();
        oldest++;
      }
      slots.set(index(next), new Numbered(next, slot));
      next++;
    }
    floor = new Floor(oldest, before);
    head = next;
  }

  private int index(long number) {
    return (int) (number % slots.length());
  }

  private @Nullable Slot slot(long number) {
    Numbered found = slots.get(index(number));
    return found != null && found.number() == number ? found.slot() : null;
  }

  /** Where a slot's event is in the log; null if the slot is not there any more. */
  @Nullable Position position(long number) {
    Slot slot = slot(number);
    return slot == null ? null : slot.position();
  }

  /** Up to this position all events are here or were. */
  Position before() {
    return floor.before();
  }

  /**
   * The number of the first slot behind a place; -1 if the events behind it are not all here, or
   * the place is not known to be in the log that this lane is of.
   */
  long behind(Place place) {
    if (closed || !isOfLog(place)) {
      return -1;
    }
    Floor from = floor;
    long end = head;
    if (from.before().isAfter(place.position())) {
      return -1;
    }
    long low = from.oldest();
    while (low < end) {
      long middle = (low + end) >>> 1;
      Slot slot = slot(middle);
      if (slot == null) {
        return -1;
      }
      if (slot.position().isAfter(place.position())) {
        end = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** As {@link #behind}, for a place that only a client vouches for. */
  long behindUnchecked(Place place) {
    return place.position().isAfter(log.last()) ? -1 : behind(place);
  }

  /**
   * In the present term a place may be ahead of what was told here; it was in the log when it was
   * given out.
   */
  private boolean isOfLog(Place place) {
    LogState now = log;
    return place.term() == now.term().number()
        ? place.bits() == now.term().bits()
        : now.holds(place);
  }

  /**
   * The frames from a slot on that pass a filter: up to the head, or enough for a write.
   *
   * @param after slots up to here are passed over
   * @return null if the first is not there any more
   */
  @Nullable Chunk from(long number, EventFilter filter, Place after) {
    var chunk = new Chunk.Builder(filter);
    Place reached = after;
    long end = head;
    long next = number;
    while (next < end && !chunk.isEnough()) {
      Slot slot = slot(next);
      if (slot == null) {
        return next == number ? null : chunk.upTo(next, reached);
      }
      next++;
      if (slot.position().isAfter(after.position())) {
        chunk.add(slot);
        reached = slot.place();
      }
    }
    return chunk.upTo(next, reached);
  }
}
