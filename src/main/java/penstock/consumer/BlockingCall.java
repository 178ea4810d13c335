package penstock.consumer;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Waits for an answer of Redis on a worker's own thread; never on an event loop. */
public final class BlockingCall {

  private BlockingCall() {}

  /** The result, or the failure thrown. Ends in time, since a link gives up an answer. */
  public static <T extends @Nullable Object> T of(Future<T> future) throws InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
