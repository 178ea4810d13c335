package penstock.sink.archive;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import penstock.sink.Delivery;
import penstock.sink.Outcome;

/**
 * The requests of one partition, one after the other. What waits for its turn goes together, as far
 * as a request may have it: the engine gives what it has read, which is less than a node likes
 * best, and each request costs the node a write to disk. Any thread.
 */
final class BulkQueue {

  private final int batch;
  private final LongSupplier size;
  private final BiFunction<Bulk, List<Delivery>, Future<List<Outcome>>> send;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private boolean busy;

  /**
   * @param batch events that go together at most
   * @param size bytes that a request is to have at most
   * @param send delivers all, of which the first are written; never fails
   */
  BulkQueue(
      int batch, LongSupplier size, BiFunction<Bulk, List<Delivery>, Future<List<Outcome>>> send) {
    this.batch = batch;
    this.size = size;
    this.send = send;
  }

  /**
   * Deliveries that wait.
   *
   * @param first the first of them, written
   */
  private record Waiting(Bulk first, List<Delivery> all, Promise<List<Outcome>> outcomes) {

    boolean isWritten() {
      return first.count() == all.size();
    }
  }

  /** An outcome for each, when they had their turn. */
  Future<List<Outcome>> deliver(Bulk first, List<Delivery> all) {
    Promise<List<Outcome>> outcomes = Promise.promise();
    synchronized (this) {
      waiting.add(new Waiting(first, all, outcomes));
      if (busy) {
        return outcomes.future();
      }
      busy = true;
    }
    sendNext();
    return outcomes.future();
  }

  private void sendNext() {
    List<Waiting> together = together();
    if (together.isEmpty()) {
      return;
    }
    Bulk bulk = together.getFirst().first();
    var all = new ArrayList<>(together.getFirst().all());
    for (Waiting next : together.subList(1, together.size())) {
      bulk = bulk.with(next.first());
      all.addAll(next.all());
    }
    send.apply(bulk, all)
        .onComplete(
            done -> {
              sendNext();
              tell(together, done.result());
            });
  }

  /** The first that wait; nobody is busy if none do. */
  private synchronized List<Waiting> together() {
    var together = new ArrayList<Waiting>();
    long bytes = 0;
    int events = 0;
    boolean full = false;
    while (!waiting.isEmpty() && !full) {
      Waiting next = waiting.peek();
      bytes += next.first().lines().length();
      events += next.all().size();
      full = !together.isEmpty() && (bytes > size.getAsLong() || events > batch);
      if (!full) {
        together.add(waiting.remove());
        full = !next.isWritten();
      }
    }
    busy = !together.isEmpty();
    return together;
  }

  private static void tell(List<Waiting> together, List<Outcome> outcomes) {
    int from = 0;
    for (Waiting one : together) {
      int to = from + one.all().size();
      one.outcomes().complete(new ArrayList<>(outcomes.subList(from, to)));
      from = to;
    }
  }
}
