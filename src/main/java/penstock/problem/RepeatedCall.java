package penstock.problem;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * Does something in as many steps as it takes. Futures of which each is composed of the next would
 * be as many as there are steps, and be completed one within the other: a stack has room for some
 * thousands.
 */
public final class RepeatedCall {

  private RepeatedCall() {}

  /**
   * Begins a step once the one before is done, for as long as there is more to do.
   *
   * @param step whether there is more; not done before it returns
   * @return fails as the first step that does
   */
  public static Future<Void> whileMore(Supplier<Future<Boolean>> step) {
    Promise<Void> all = Promise.promise();
    next(step, all);
    return all.future();
  }

  private static void next(Supplier<Future<Boolean>> step, Promise<Void> all) {
    IsolatedCall.begin(step)
        .onComplete(
            done -> {
              if (done.succeeded() && done.result()) {
                next(step, all);
              } else {
                IsolatedCall.settle(all, done.mapEmpty());
              }
            });
  }
}
