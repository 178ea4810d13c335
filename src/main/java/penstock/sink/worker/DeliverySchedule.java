package penstock.sink.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import penstock.sink.SinksConfig.DeliveryOrder;

/**
 * Which event may go to the receiver next: in the order that the sink has, none before it is due.
 * Belongs to whoever has its task's turn.
 */
final class DeliverySchedule {

  private record Due(KeyQueue queue, PendingDelivery head, long at) {}

  private final DeliveryOrder order;
  private final Map<String, KeyQueue> byKey = new HashMap<>();
  private final ArrayDeque<KeyQueue> ready = new ArrayDeque<>();
  private final PriorityQueue<Due> later = new PriorityQueue<>(Comparator.comparingLong(Due::at));

  DeliverySchedule(DeliveryOrder order) {
    this.order = order;
  }

  /** The queue that an event belongs to. */
  KeyQueue queue(String key) {
    return switch (order) {
      case PARTITION -> byKey.computeIfAbsent("", KeyQueue::new);
      case KEY -> byKey.computeIfAbsent(key, KeyQueue::new);
      case NONE -> new KeyQueue("");
    };
  }

  /** Takes an event in that is behind all others of its queue. */
  void add(PendingDelivery one, long now) {
    KeyQueue queue = one.queue();
    boolean first = queue.head() == null;
    queue.add(one);
    if (first && queue.inFlight == 0) {
      offer(queue, now);
    }
  }

  /** Something of the queue came back from the receiver. */
  void settled(KeyQueue queue, long now) {
    if (queue.inFlight == 0) {
      offer(queue, now);
    }
  }

  private void offer(KeyQueue queue, long now) {
    PendingDelivery head = queue.head();
    if (head == null) {
      byKey.remove(queue.key(), queue);
    } else if (head.due - now <= 0) {
      ready.add(queue);
    } else {
      later.add(new Due(queue, head, head.due));
    }
  }

  /** How many queues have something that may go now. */
  int ready(long now) {
    while (!later.isEmpty() && later.peek().at() - now <= 0) {
      Due due = later.poll();
      // One that was brought forward has been offered already.
      if (due.queue().inFlight == 0
          && due.queue().head() == due.head()
          && due.head().due == due.at()) {
        ready.add(due.queue());
      }
    }
    return ready.size();
  }

  /** Nanoseconds until something is due that is not now; empty if there is nothing. */
  OptionalLong untilNext(long now) {
    return later.isEmpty() ? OptionalLong.empty() : OptionalLong.of(later.peek().at() - now);
  }

  /** All that waits is due now: the receiver is back. */
  void bringForward(long now) {
    var waiting = new ArrayList<>(later);
    later.clear();
    for (Due due : waiting) {
      PendingDelivery head = due.queue().head();
      if (due.queue().inFlight == 0 && head == due.head() && head.due == due.at()) {
        head.due = now;
        ready.add(due.queue());
      }
    }
  }

  /** Takes the next ones out that go together, at most so many. */
  List<PendingDelivery> take(int most, long now) {
    var batch = new ArrayList<PendingDelivery>();
    while (batch.size() < most && ready(now) > 0) {
      KeyQueue queue = ready.poll();
      PendingDelivery head = queue.head();
      if (head == null || queue.inFlight > 0 || head.due - now > 0) {
        continue;
      }
      if (order == DeliveryOrder.PARTITION) {
        for (PendingDelivery one : queue.all()) {
          if (!one.done && (one.due - now > 0 || batch.size() == most)) {
            break;
          }
          send(one, batch);
        }
        return batch;
      }
      send(head, batch);
    }
    return batch;
  }

  private static void send(PendingDelivery one, List<PendingDelivery> batch) {
    if (!one.done) {
      one.inFlight = true;
      one.queue().inFlight++;
      batch.add(one);
    }
  }
}
