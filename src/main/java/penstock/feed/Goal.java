package penstock.feed;

import java.util.ArrayList;
import java.util.List;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.Place;

/**
 * What was in a stream's logs when a reader came: with it, the reader has caught up.
 *
 * @param ends of all partitions, in order
 */
record Goal(List<Place> ends) {

  /** That of a reader who has caught up, or has yet to begin. */
  static final Goal NONE = new Goal(List.of());

  Goal {
    ends = List.copyOf(ends);
  }

  static Goal of(List<LogState> logs) {
    return new Goal(logs.stream().map(log -> Place.in(log, log.last())).toList());
  }

  boolean isReached(Cursor at) {
    for (int i = 0; i < ends.size(); i++) {
      if (ends.get(i).position().isAfter(at.position(i))) {
        return false;
      }
    }
    return true;
  }

  /** What of it can still come: a log may have lost its end meanwhile. */
  Goal within(List<LogState> logs) {
    Goal less = this;
    for (int i = 0; i < ends.size(); i++) {
      less = less.within(i, logs.get(i));
    }
    return less;
  }

  /** The same, as far as one partition is concerned. */
  Goal within(int partition, LogState log) {
    if (ends.isEmpty()) {
      return this;
    }
    Place end = ends.get(partition);
    Place kept = log.kept(end);
    if (kept.equals(end)) {
      return this;
    }
    var less = new ArrayList<>(ends);
    less.set(partition, kept);
    return new Goal(less);
  }
}
