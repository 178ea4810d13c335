package penstock.feed.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.feed.connection.Connection;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.filter.EventFilter;

/**
 * Events of a partition that follow one another, encoded for whoever replays them.
 *
 * @param log the partition's state when they were read: they are of its life and term
 * @param end all up to here are in the page
 */
public record ReplayPage(int partition, LogState log, List<BufferedEvent> events, Position end) {

  public ReplayPage {
    events = List.copyOf(events);
  }

  /** What its events take. */
  long bytes() {
    return events.stream().mapToLong(BufferedEvent::bytes).sum();
  }

  /** The rest of it, behind a position within it. */
  ReplayPage behind(Position position) {
    int first = 0;
    int end = events.size();
    while (first < end) {
      int middle = (first + end) >>> 1;
      if (events.get(middle).position().isAfter(position)) {
        end = middle;
      } else {
        first = middle + 1;
      }
    }
    return first == 0
        ? this
        : new ReplayPage(partition, log, events.subList(first, events.size()), this.end);
  }

  /** The same, if in a later state of the log all of it is still true; else null. */
  @Nullable ReplayPage in(LogState now) {
    return now.isOfTermOf(log) && now.trimmed().equals(log.trimmed())
        ? new ReplayPage(partition, now, events, end)
        : null;
  }

  /**
   * Writes events that pass a filter, from the first on, until the connection is full: what is left
   * can be read again when it takes more.
   *
   * @param from where the reader stands before them
   * @return where it stands behind what was written
   */
  public Cursor write(Connection connection, EventFilter filter, Cursor from) {
    FrameBatch batch = from(0, filter, from);
    connection.write(batch);
    while (batch.next() < events.size() && !connection.isFull()) {
      batch = from((int) batch.next(), filter, batch.at());
      connection.write(batch);
    }
    return batch.at();
  }

  /**
   * The frames from an event on that pass a filter: all, or enough for a write.
   *
   * @param at where the reader stands before them
   */
  public FrameBatch from(int number, EventFilter filter, Cursor at) {
    var batch = new FrameBatch.Builder(filter);
    Cursor reached = at;
    int next = number;
    while (next < events.size() && !batch.isEnough()) {
      BufferedEvent event = events.get(next);
      next++;
      reached = reached.with(partition, event.place());
      if (event.hasId()) {
        batch.add(event);
      } else {
        batch.add(event, reached);
      }
    }
    return batch.upTo(
        next, next < events.size() ? reached : at.with(partition, PartitionPosition.in(log, end)));
  }
}
