package penstock.feed.replay;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks Redis one question at a time. Those who want to know while an answer is under way share the
 * next one, so that a shard costs as much as two; each gets an answer to a question that was sent
 * after it asked. May be used from any thread.
 */
public final class SingleFlight<T> {

  private final Supplier<Future<T>> question;

  /** For those to whom the next question is to be put. */
  private @Nullable Promise<T> next;

  private boolean asking;

  public SingleFlight(Supplier<Future<T>> question) {
    this.question = question;
  }

  /** Completes on any thread. */
  public Future<T> ask() {
    Promise<T> mine;
    synchronized (this) {
      if (next == null) {
        next = Promise.promise();
      }
      mine = next;
    }
    send();
    return mine.future();
  }

  private void send() {
    Promise<T> sent;
    synchronized (this) {
      sent = next;
      if (asking || sent == null) {
        return;
      }
      asking = true;
      next = null;
    }
    question
        .get()
        .onComplete(
            answer -> {
              synchronized (this) {
                asking = false;
              }
              send();
              sent.handle(answer);
            });
  }
}
