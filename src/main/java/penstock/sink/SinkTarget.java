package penstock.sink;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * The receiver of a sink as the engine sees it; one for each sink on each instance, shared by the
 * tasks of its partitions. All methods may be called on any thread and at the same time, and must
 * not block; futures may complete on any thread.
 */
public interface SinkTarget {

  /**
   * Makes the receiver ready: a handshake, an index template. Called when a task has got its lease
   * and before it delivers, so perhaps often: what is done already should cost nothing. If it
   * fails, nothing is delivered, the failure's message is the sink's last error, and it is called
   * again after a pause. Fails with a {@link SinkStoppedException} if trying again has no use.
   */
  default Future<Void> prepare() {
    return Future.succeededFuture();
  }

  /**
   * Delivers some events, in their order where that matters to the receiver. Never throws and never
   * fails: the future has an outcome for each delivery, in the same order, and it must come within
   * a bounded time.
   *
   * @param deliveries at least one and at most as many as the definition's {@code batch}
   */
  Future<List<Outcome>> deliver(List<Delivery> deliveries);

  /** What its circuit breaker is at; empty if it has none. */
  default Optional<BreakerState> breaker() {
    return Optional.empty();
  }

  /** Ends what it holds: connections, timers. Nothing is delivered any more. */
  default Future<Void> close() {
    return Future.succeededFuture();
  }
}
