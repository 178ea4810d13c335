package penstock.redis.topology;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Where a master was when, in the bytes of its reign: tells how far behind it a replica is, in
 * time. What a replica has now, the master had at the last look at which it had no more; so the
 * replica's data is no older than that look. No clock but this process's has a part in it.
 */
public final class OffsetHistory {

  /** Looks are kept for a while in which so many of them fit. */
  private static final int KEPT = 64;

  private record Look(long nanos, long offset) {}

  private final long between;
  private final ArrayDeque<Look> looks = new ArrayDeque<>();
  private String id = "";

  /**
   * @param longest that has to be told from what is longer
   */
  public OffsetHistory(Duration longest) {
    this.between = Math.max(1, longest.toNanos() / KEPT);
  }

  /** The master was there at this time of {@link System#nanoTime}. */
  public synchronized void note(ReplicationInfo master, long nanos) {
    if (!master.id().equals(id)) {
      id = master.id();
      looks.clear();
    }
    if (looks.isEmpty() || nanos - looks.getLast().nanos >= between) {
      looks.add(new Look(nanos, master.offset()));
    }
    if (looks.size() > KEPT + 2) {
      looks.remove();
    }
  }

  /**
   * Nanoseconds for which a replica may have heard nothing of the master; {@link Long#MAX_VALUE} if
   * it is another master's, or further behind than is known.
   */
  public synchronized long behind(ReplicationInfo replica, long nanos) {
    long since = Long.MAX_VALUE;
    if (replica.id().equals(id)) {
      for (Look look : looks) {
        if (look.offset <= replica.offset()) {
          since = nanos - look.nanos;
        }
      }
    }
    return since;
  }
}
