package penstock.http;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;

/**
 * Where the futures of the inner path become what a resource returns. Nothing else converts between
 * the two.
 */
public final class Unis {

  private Unis() {}

  /**
   * A {@code Uni} with the future's result, as part of the caller's request: whatever thread
   * completes the future, what follows has the request's context, which its trace and its log lines
   * are found by. Completed on the request's event loop, it takes no turn of it. The work is under
   * way already; who cancels the {@code Uni} only stops listening.
   */
  public static <T> Uni<T> of(Future<T> future) {
    Future<T> here = inCallersContext(future);
    return Uni.createFrom()
        .emitter(emitter -> here.onSuccess(emitter::complete).onFailure(emitter::fail));
  }

  private static <T> Future<T> inCallersContext(Future<T> future) {
    ContextInternal caller = ContextInternal.current();
    if (caller == null) {
      return future;
    }
    Promise<T> promise = caller.promise();
    future.onComplete(promise);
    return promise.future();
  }
}
