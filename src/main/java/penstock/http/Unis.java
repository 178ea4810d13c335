package penstock.http;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;

/**
 * Where the futures of the inner path become what a resource returns. Nothing else converts between
 * the two.
 */
public final class Unis {

  private Unis() {}

  /**
   * A {@code Uni} with the future's result, on the thread that completes the future. The work is
   * under way already; who cancels the {@code Uni} only stops listening.
   */
  public static <T> Uni<T> of(Future<T> future) {
    return Uni.createFrom()
        .emitter(emitter -> future.onSuccess(emitter::complete).onFailure(emitter::fail));
  }
}
