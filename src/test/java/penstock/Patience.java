package penstock;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long tests wait for what must happen. Far longer than it takes: a busy machine stretches
 * everything, and only a test that fails waits to the end.
 */
public final class Patience {

  public static final Duration LIMIT = Duration.ofSeconds(90);

  private Patience() {}

  /** As {@link Awaitility#await()}, whose own limit of ten seconds a busy machine exceeds. */
  public static ConditionFactory await() {
    return Awaitility.await().atMost(LIMIT);
  }

  /**
   * What comes of it.
   *
   * @throws IllegalStateException with the cause if it fails, or nothing comes
   */
  public static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
