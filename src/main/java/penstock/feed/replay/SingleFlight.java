package penstock.feed.replay;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import penstock.problem.IsolatedCall;

/**
 * Asks Redis one question at a time. Those who want to know while an answer is under way share the
 * next one, so that a shard costs as much as two; each gets an answer to a question that was sent
 * after it asked. May be used from any thread.
 */
public final class SingleFlight<T> {

  private final Supplier<Future<T>> question;

  /** Those for whom the next question is to be put. */
  private List<Promise<T>> next = new ArrayList<>();

  private boolean asking;

  public SingleFlight(Supplier<Future<T>> question) {
    this.question = question;
  }

  /** Completes on any thread. */
  public Future<T> ask() {
    Promise<T> mine = Promise.promise();
    synchronized (this) {
      next.add(mine);
    }
    send();
    return mine.future();
  }

  private void send() {
    List<Promise<T>> sent;
    synchronized (this) {
      if (asking || next.isEmpty()) {
        return;
      }
      sent = next;
      asking = true;
      next = new ArrayList<>();
    }
    IsolatedCall.begin(question)
        .onComplete(
            answer -> {
              synchronized (this) {
                asking = false;
              }
              send();
              sent.forEach(one -> IsolatedCall.settle(one, answer));
            });
  }
}
