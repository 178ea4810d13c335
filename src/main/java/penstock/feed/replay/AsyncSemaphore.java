package penstock.feed.replay;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import penstock.problem.IsolatedCall;

/** Lets a bounded number of things be under way at once; the others wait their turn, in order. */
final class AsyncSemaphore {

  private final Queue<Promise<Void>> waiting = new ArrayDeque<>();
  private int free;

  AsyncSemaphore(int free) {
    this.free = free;
  }

  /** Begins it when it may, and lets the next begin when it is done. From any thread. */
  <T> Future<T> run(Supplier<Future<T>> task) {
    return take().compose(go -> IsolatedCall.begin(task).onComplete(done -> giveBack()));
  }

  private Future<Void> take() {
    synchronized (waiting) {
      if (free > 0) {
        free--;
        return Future.succeededFuture();
      }
      Promise<Void> turn = Promise.promise();
      waiting.add(turn);
      return turn.future();
    }
  }

  private void giveBack() {
    Promise<Void> next;
    synchronized (waiting) {
      next = waiting.poll();
      if (next == null) {
        free++;
      }
    }
    if (next != null) {
      IsolatedCall.settle(next, Future.succeededFuture());
    }
  }
}
