package penstock.problem;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Runs what belongs to others so that what it throws stays there. A future runs its handlers one
 * after the other, on the stack of whoever completes it: the first that throws keeps those behind
 * it from ever being called, and the one that completed it from what it had yet to do.
 */
public final class IsolatedCall {

  private static final Logger LOG = Logger.getLogger(IsolatedCall.class);

  private IsolatedCall() {}

  /** Runs it; what it throws is logged. */
  public static void run(Runnable foreign) {
    try {
      foreign.run();
    } catch (RuntimeException | Error defect) {
      LOG.error("a handler failed", defect);
    }
  }

  /** Begins it; what it throws, instead of giving a future, is that future's failure. */
  public static <T> Future<T> begin(Supplier<Future<T>> task) {
    try {
      return task.get();
    } catch (RuntimeException | Error defect) {
      return Future.failedFuture(defect);
    }
  }

  /** The same outcome, whatever others throw who wait for it too. */
  public static <T> Future<T> share(Future<T> shared) {
    Promise<T> own = Promise.promise();
    shared.onComplete(done -> settle(own, done));
    return own.future();
  }

  /** Completes or fails the promise, unless it was; what its handlers throw is logged. */
  public static <T> void settle(Promise<T> promise, AsyncResult<? extends T> outcome) {
    run(
        () -> {
          if (outcome.succeeded()) {
            promise.tryComplete(outcome.result());
          } else {
            promise.tryFail(outcome.cause());
          }
        });
  }
}
