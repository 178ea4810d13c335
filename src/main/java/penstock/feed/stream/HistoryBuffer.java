package penstock.feed.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.HistoryQuota;
import penstock.feed.frame.HistoryRing;
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
 * <p>Written by one thread at a time, read by any. A reader that comes too late finds that an event
 * is not there any more.
 */
final class HistoryBuffer implements SharedHistory<BufferedEvent> {

  private static final HistoryRing.Format<BufferedEvent> FORMAT =
      new HistoryRing.Format<>(
          BufferedEvent::pack, BufferedEvent::unpack, BufferedEvent::packedAt, one -> 1);

  private final HistoryRing<BufferedEvent> events;
  private volatile KnownLogs logs;

  /** Behind the newest event. */
  private Cursor end;

  /**
   * A history that begins at the ends of the logs.
   *
   * @param logs of all partitions, in order
   * @param mostBytes what its events may take together; one may always stay
   * @param quota of all streams
   */
  HistoryBuffer(
      StreamName stream, List<LogState> logs, int mostEvents, long mostBytes, HistoryQuota quota) {
    this.end = Cursor.ofStream(stream, logs, logs.stream().map(LogState::last).toList());
    this.events = new HistoryRing<>(FORMAT, end, mostEvents, mostBytes, quota);
    this.logs = new KnownLogs(end.scope(), List.copyOf(logs));
  }

  /** What is known of the logs; their ends may not have come here yet. */
  List<LogState> logs() {
    return logs.states();
  }

  /** Nothing more will come: a log went on elsewhere, or nobody reads it any more. */
  void close() {
    events.close();
  }

  @Override
  public boolean isClosed() {
    return events.isClosed();
  }

  @Override
  public long head() {
    return events.head();
  }

  /** The logs as far as they came here; for whoever adds to them. */
  List<LogState> reached() {
    List<LogState> known = logs.states();
    var reached = new ArrayList<LogState>(known.size());
    for (int i = 0; i < known.size(); i++) {
      reached.add(known.get(i).until(end.position(i)));
    }
    return reached;
  }

  /** Adds entries of a partition; one thread at a time. */
  void add(int partition, LogState now, List<LogEntry> entries) {
    logs = logs.with(partition, now);
    for (LogEntry entry : entries) {
      end = end.with(partition, PartitionPosition.in(now, entry.position()));
      events.add(BufferedEvent.at(end, partition, entry.event()), end);
    }
    events.publish();
  }

  @Override
  public @Nullable BufferedEvent find(long number) {
    HistoryRing.Numbered<BufferedEvent> found = events.find(number);
    return found == null ? null : found.element();
  }

  @Override
  public Collection<String> keys(BufferedEvent event) {
    return EventInterest.keys(event.attributes());
  }

  @Override
  public @Nullable Cursor before(long number) {
    return events.before(number);
  }

  /** Up to this position all events of a partition are here or were. */
  Position floor(int partition) {
    return events.floor().before().position(partition);
  }

  /**
   * The number of the first event that has something behind a cursor; -1 if not all that is behind
   * it is here, or it is not known to be in the logs that this history is of.
   */
  long behind(Cursor cursor) {
    HistoryRing.Floor from = events.floor();
    long high = events.head();
    KnownLogs known = logs;
    if (events.isClosed() || !known.areOf(cursor) || known.missing(cursor, from.before()) >= 0) {
      return -1;
    }
    long low = from.oldest();
    while (low < high) {
      long middle = (low + high) >>> 1;
      Cursor behind = events.at(middle);
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
    return logs.missing(cursor, events.floor().before());
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
    long end = events.head();
    long next = number;
    while (next < end && !batch.isEnough()) {
      HistoryRing.Numbered<BufferedEvent> found = events.find(next);
      if (found == null) {
        return next == number ? null : batch.upTo(next, reached);
      }
      BufferedEvent event = found.element();
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
