package penstock.sink.webhook;

import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import io.vertx.core.Future;
import jakarta.enterprise.util.TypeLiteral;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jboss.logging.Logger;
import penstock.sink.BreakerState;
import penstock.sink.SinkName;
import penstock.sink.SinksConfig;

/**
 * Spares a receiver that is down: after many failures nothing is sent to it for a while, then one
 * request finds out whether it is back. SmallRye Fault Tolerance does it; here it is told what a
 * failure is. May be used from any thread.
 */
final class ReceiverBreaker {

  private static final Logger LOG = Logger.getLogger(ReceiverBreaker.class);

  /** Nothing was sent. Has no stack trace: while a receiver is down it is an everyday answer. */
  static final class Spared extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Duration pause;

    Spared(Duration pause) {
      super("the receiver is spared", null, false, false);
      this.pause = pause;
    }

    /** Until it is tried again. */
    Duration pause() {
      return pause;
    }
  }

  /** An answer that counts as a failure. */
  private static final class FaultyAnswerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient WebhookAnswer answer;

    FaultyAnswerException(WebhookAnswer answer) {
      super("faulty answer", null, false, false);
      this.answer = answer;
    }
  }

  private final SinkName sink;
  private final Duration delay;
  private final TypedGuard<CompletionStage<WebhookAnswer>> guard;
  private volatile BreakerState state = BreakerState.CLOSED;
  private volatile long openedNanos;

  ReceiverBreaker(SinkName sink, SinksConfig.Breaker config) {
    this.sink = sink;
    this.delay = config.delay();
    this.guard =
        TypedGuard.create(new TypeLiteral<CompletionStage<WebhookAnswer>>() {})
            .withDescription("sink " + sink)
            .withCircuitBreaker()
            .requestVolumeThreshold(config.requests())
            .failureRatio(config.failurePercent() / 100d)
            .delay(config.delay().toMillis(), ChronoUnit.MILLIS)
            .successThreshold(1)
            .onStateChange(this::changed)
            .done()
            .build();
  }

  BreakerState state() {
    return state;
  }

  /** What the request comes to; fails with {@link Spared} if it was not sent. */
  Future<WebhookAnswer> call(Supplier<Future<WebhookAnswer>> request) {
    CompletionStage<WebhookAnswer> guarded =
        guard.get(
            () ->
                request
                    .get()
                    .map(
                        answer -> {
                          if (answer.isFault()) {
                            throw new FaultyAnswerException(answer);
                          }
                          return answer;
                        })
                    .toCompletionStage());
    return Future.fromCompletionStage(guarded).recover(this::unwrapped);
  }

  private Future<WebhookAnswer> unwrapped(Throwable failure) {
    return switch (failure) {
      case FaultyAnswerException faulty -> Future.succeededFuture(faulty.answer);
      case CircuitBreakerOpenException open -> Future.failedFuture(new Spared(left()));
      case CompletionException wrapped when wrapped.getCause() != null ->
          unwrapped(wrapped.getCause());
      default -> Future.failedFuture(failure);
    };
  }

  /** Until the receiver is tried; when one request does so, until it has had time for that. */
  private Duration left() {
    Duration since = Duration.ofNanos(System.nanoTime() - openedNanos);
    Duration left = delay.minus(since);
    return left.isPositive() ? left : delay;
  }

  private void changed(CircuitBreakerState next) {
    switch (next) {
      case OPEN -> {
        openedNanos = System.nanoTime();
        state = BreakerState.OPEN;
        LOG.warnf("receiver spared: sink=%s for=%dms", sink, delay.toMillis());
      }
      case HALF_OPEN -> state = BreakerState.HALF_OPEN;
      case CLOSED -> {
        state = BreakerState.CLOSED;
        LOG.infof("receiver back: sink=%s", sink);
      }
    }
  }
}
