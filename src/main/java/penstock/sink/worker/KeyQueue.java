package penstock.sink.worker;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Events that must be delivered one after the other: those of a key, all of a partition, or just
 * one, by the order that the sink has. Belongs to whoever has its task's turn.
 */
final class KeyQueue {

  private final String key;
  private final ArrayDeque<PendingDelivery> waiting = new ArrayDeque<>();
  int inFlight;

  KeyQueue(String key) {
    this.key = key;
  }

  String key() {
    return key;
  }

  void add(PendingDelivery one) {
    waiting.add(one);
  }

  /** The first one that is not done; null if there is none. */
  @Nullable PendingDelivery head() {
    while (!waiting.isEmpty() && waiting.peekFirst().done) {
      waiting.pollFirst();
    }
    return waiting.peekFirst();
  }

  /** In order; those that are done are among them. */
  Iterable<PendingDelivery> all() {
    return waiting;
  }

  /** Whether the first one has been tried in vain, so that all wait. */
  boolean isHeldUp() {
    PendingDelivery head = head();
    return head != null && (head.failed || head.open);
  }
}
