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
public record ReplayPage(int partition, LogState log, List<BufferedEvent> slots, Position end) {

  public ReplayPage {
    slots = List.copyOf(slots);
  }

  /** What its slots take. */
  long bytes() {
    return slots.stream().mapToLong(BufferedEvent::bytes).sum();
  }

  /** The rest of it, behind a position within it. */
  ReplayPage behind(Position position) {
    int first = 0;
    int end = slots.size();
    while (first < end) {
      int middle = (first + end) >>> 1;
      if (slots.get(middle).position().isAfter(position)) {
        end = middle;
      } else {
        first = middle + 1;
      }
    }
    return first == 0
        ? this
        : new ReplayPage(partition, log, slots.subList(first, slots.size()), this.end);
  }

  /** The same, if in a later state of the log all of it is still true; else null. */
  @Nullable ReplayPage in(LogState now) {
    return now.isOfTermOf(log) && now.trimmed().equals(log.trimmed())
        ? new ReplayPage(partition, now, slots, end)
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
    FrameBatch chunk = from(0, filter, from);
    connection.write(chunk);
    while (chunk.next() < slots.size() && !connection.isFull()) {
      chunk = from((int) chunk.next(), filter, chunk.at());
      connection.write(chunk);
    }
    return chunk.at();
  }

  /**
   * The frames from a slot on that pass a filter: all, or enough for a write.
   *
   * @param at where the reader stands before them
   */
  public FrameBatch from(int number, EventFilter filter, Cursor at) {
    var chunk = new FrameBatch.Builder(filter);
    Cursor reached = at;
    int next = number;
    while (next < slots.size() && !chunk.isEnough()) {
      BufferedEvent slot = slots.get(next);
      next++;
      reached = reached.with(partition, slot.place());
      if (slot.hasId()) {
        chunk.add(slot);
      } else {
        chunk.add(slot, reached);
      }
    }
    return chunk.upTo(
        next, next < slots.size() ? reached : at.with(partition, PartitionPosition.in(log, end)));
  }
}
