package penstock.feed.stream;

import java.util.ArrayList;
import java.util.List;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.PartitionPosition;

/**
 * What was in a stream's logs when a reader came: with it, the reader has caught up.
 *
 * @param ends of all partitions, in order
 */
record CatchUpTarget(List<PartitionPosition> ends) {

  /** That of a reader who has caught up, or has yet to begin. */
  static final CatchUpTarget NONE = new CatchUpTarget(List.of());

  CatchUpTarget {
    ends = List.copyOf(ends);
  }

  static CatchUpTarget of(List<LogState> logs) {
    return new CatchUpTarget(
        logs.stream().map(log -> PartitionPosition.in(log, log.last())).toList());
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
  CatchUpTarget within(List<LogState> logs) {
    CatchUpTarget less = this;
    for (int i = 0; i < ends.size(); i++) {
      less = less.within(i, logs.get(i));
    }
    return less;
  }

  /** The same, as far as one partition is concerned. */
  CatchUpTarget within(int partition, LogState log) {
    if (ends.isEmpty()) {
      return this;
    }
    PartitionPosition end = ends.get(partition);
    PartitionPosition kept = log.kept(end);
    if (kept.equals(end)) {
      return this;
    }
    var less = new ArrayList<>(ends);
    less.set(partition, kept);
    return new CatchUpTarget(less);
  }
}
