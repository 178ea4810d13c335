package penstock.feed;

import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.EventFilter;
import penstock.stream.LogState;
import penstock.stream.Place;
import penstock.stream.Position;

/**
 * Events of a partition that follow one another, encoded for whoever replays them.
 *
 * @param log the partition's state when they were read: they are of its life and term
 * @param end all up to here are in the page
 */
record ReplayPage(int partition, LogState log, List<Slot> slots, Position end) {

  ReplayPage {
    slots = List.copyOf(slots);
  }

  /** What its slots take. */
  long bytes() {
    return slots.stream().mapToLong(Slot::bytes).sum();
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
  Cursor write(Connection connection, EventFilter filter, Cursor from) {
    Chunk chunk = from(0, filter, from);
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
  Chunk from(int number, EventFilter filter, Cursor at) {
    var chunk = new Chunk.Builder(filter);
    Cursor reached = at;
    int next = number;
    while (next < slots.size() && !chunk.isEnough()) {
      Slot slot = slots.get(next);
      next++;
      reached = reached.with(partition, slot.place());
      if (slot.hasId()) {
        chunk.add(slot);
      } else {
        chunk.add(slot, reached);
      }
    }
    return chunk.upTo(next, next < slots.size() ? reached : at.with(partition, Place.in(log, end)));
  }
}
