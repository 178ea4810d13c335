package penstock.feed.stream;

import java.util.ArrayList;
import java.util.List;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.LogState;
import penstock.stream.PartitionPosition;

/**
 * What is known of a stream's logs, and what cursors mean in them.
 *
 * @param scope of cursors of these logs' events
 * @param states of all partitions, in order; their ends may be ahead of the events that were read
 */
record KnownLogs(CursorScope scope, List<LogState> states) {

  /** The same with a newer state of one partition. */
  KnownLogs with(int partition, LogState now) {
    if (states.size() == 1) {
      return new KnownLogs(scope, List.of(now));
    }
    var known = new ArrayList<>(states);
    known.set(partition, now);
    return new KnownLogs(scope, List.copyOf(known));
  }

  /** Whether the cursor is of the same lives of the same stream. */
  boolean areOf(Cursor cursor) {
    return cursor.scope().equals(scope) && cursor.places().size() == states.size();
  }

  /** Whether a cursor is not ahead of the logs' ends in any partition. */
  boolean reach(Cursor cursor) {
    for (int i = 0; i < cursor.places().size() && i < states.size(); i++) {
      if (cursor.position(i).isAfter(states.get(i).last())) {
        return false;
      }
    }
    return true;
  }

  /**
   * The partition in which a cursor is behind another, or of another term than the log; of several,
   * the one that is behind the others in time, so that these come about in the order of their
   * events. -1 if there is none.
   */
  int missing(Cursor cursor, Cursor before) {
    int oldest = -1;
    for (int i = 0; i < cursor.places().size(); i++) {
      PartitionPosition place = cursor.places().get(i);
      if ((before.position(i).isAfter(place.position()) || !isOfLog(i, place))
          && (oldest < 0 || cursor.position(oldest).isAfter(place.position()))) {
        oldest = i;
      }
    }
    return oldest;
  }

  /**
   * In the present term a place may be ahead of what is known here; it was in the log when it was
   * given out.
   */
  private boolean isOfLog(int partition, PartitionPosition place) {
    LogState now = states.get(partition);
    return place.term() == now.term().number()
        ? place.bits() == now.term().bits()
        : now.holds(place);
  }
}
