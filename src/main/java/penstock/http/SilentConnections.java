package penstock.http;

import java.util.LinkedHashSet;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The connections whose first request is not there yet, in the order in which they came. There are
 * at most so many: for one more, that which has waited longest is ended. Who has something to say
 * says it at once, so that of thousands who say nothing the newest may still be one who will; were
 * the newest refused, those thousands would keep all others out. Used by all event loops.
 */
final class SilentConnections {

  private final LinkedHashSet<HeaderTimer> waiting = new LinkedHashSet<>();
  private final LongAdder ended = new LongAdder();

  /**
   * @param most there may be, with this one
   */
  void add(HeaderTimer connection, int most) {
    HeaderTimer longest = enter(connection, most);
    if (longest != null) {
      ended.increment();
      longest.giveUp();
    }
  }

  private @Nullable HeaderTimer enter(HeaderTimer connection, int most) {
    synchronized (waiting) {
      waiting.add(connection);
      return waiting.size() > most ? waiting.removeFirst() : null;
    }
  }

  /** It has a request, or is gone. */
  void remove(HeaderTimer connection) {
    synchronized (waiting) {
      waiting.remove(connection);
    }
  }

  int size() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  /** How many were ended for another one. */
  long ended() {
    return ended.sum();
  }
}
