package penstock.sink.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import penstock.stream.Position;

/**
 * What was read and is not done, and up to where all is known. Behind that frontier each event is
 * done or open: open is one that failed, or waits behind one that did, or that the others would
 * have to wait for too long. Belongs to whoever has its task's turn.
 *
 * <p>Example: events 1 to 6 were read, 3 failed, 5 is in flight, the others are done. The frontier
 * is 4, with 3 open: that is what Redis holds, and what a takeover begins with. It delivers 3 when
 * that is due, and 5 and 6 again, since they are ahead of the frontier.
 */
final class DeliveryWindow {

  /** What one script takes. */
  static final int MOST = 250;

  /** Dead letters in one script are as large. */
  static final int MOST_BYTES = 512 * 1024;

  private final int mostAhead;
  private final ArrayDeque<PendingDelivery> ahead = new ArrayDeque<>();
  private final TreeMap<Position, PendingDelivery> open = new TreeMap<>();

  /** Open ones that are done, or were tried, since the last commit. */
  private final ArrayDeque<PendingDelivery> touched = new ArrayDeque<>();

  private int waiting;

  /**
   * @param mostAhead of the frontier, before the first one is noted as open
   */
  DeliveryWindow(int mostAhead) {
    this.mostAhead = mostAhead;
  }

  /**
   * What is to be committed.
   *
   * @param read the frontier then
   * @param first the first event that it moves past; null if it stays
   * @param count how many it moves past
   * @param done events that are done
   * @param closed those of them that were open
   * @param opened those that are open, and were not or were tried
   * @param letters those that are set aside
   * @param firstOpen the first one that is open then; null if there is none
   */
  record Advance(
      Position read,
      @Nullable Position first,
      int count,
      List<PendingDelivery> done,
      List<PendingDelivery> closed,
      List<PendingDelivery> opened,
      List<PendingDelivery> letters,
      @Nullable Position firstOpen) {

    boolean isEmpty() {
      return count == 0 && closed.isEmpty() && opened.isEmpty();
    }
  }

  /** Takes in what was read, in order; it may be done already. */
  void add(PendingDelivery one) {
    ahead.add(one);
    waiting += one.done ? 0 : 1;
  }

  /** Takes in what Redis says is open. */
  void addOpen(PendingDelivery one) {
    one.open = true;
    open.put(one.position(), one);
    waiting++;
  }

  /** An event is done. */
  void done(PendingDelivery one) {
    if (!one.done) {
      one.done = true;
      waiting--;
      touch(one);
    }
  }

  /** An event was tried in vain. */
  void tried(PendingDelivery one) {
    touch(one);
  }

  private void touch(PendingDelivery one) {
    if (one.open) {
      touched.add(one);
    }
  }

  /** How many are not done. */
  int waiting() {
    return waiting;
  }

  /** How many were read that the frontier has not reached. */
  int ahead() {
    return ahead.size();
  }

  boolean isEmpty() {
    return ahead.isEmpty() && open.isEmpty() && touched.isEmpty();
  }

  /** How many are open. */
  int open() {
    return open.size();
  }

  /** Whether nothing is left between the frontier and what was read last. */
  boolean isCaughtUp() {
    return ahead.isEmpty() && touched.isEmpty();
  }

  /** Moves the frontier as far as one script can note. */
  Advance advance(Position frontier) {
    var done = new ArrayList<PendingDelivery>();
    var closed = new ArrayList<PendingDelivery>();
    var opened = new ArrayList<PendingDelivery>();
    var letters = new ArrayList<PendingDelivery>();
    int bytes = 0;
    while (!touched.isEmpty() && closed.size() + opened.size() < MOST && bytes < MOST_BYTES) {
      PendingDelivery one = touched.poll();
      if (one.done && one.open) {
        one.open = false;
        open.remove(one.position());
        closed.add(one);
        done.add(one);
        bytes += setAside(one, letters);
      } else if (one.open) {
        opened.add(one);
      }
    }
    Position read = frontier;
    Position first = null;
    int count = 0;
    while (!ahead.isEmpty()
        && done.size() < MOST
        && opened.size() < MOST
        && count < MOST
        && bytes < MOST_BYTES) {
      PendingDelivery one = ahead.peekFirst();
      if (!one.done && !one.failed && !one.queue().isHeldUp() && ahead.size() <= mostAhead) {
        break;
      }
      ahead.pollFirst();
      read = one.position();
      first = first == null ? read : first;
      count++;
      if (one.done) {
        done.add(one);
        bytes += setAside(one, letters);
      } else {
        one.open = true;
        open.put(read, one);
        opened.add(one);
      }
    }
    return new Advance(
        read, first, count, done, closed, opened, letters, open.isEmpty() ? null : open.firstKey());
  }

  private static int setAside(PendingDelivery one, List<PendingDelivery> letters) {
    if (one.refusal == null || one.record() == null) {
      return 0;
    }
    letters.add(one);
    return one.bytes();
  }
}
