package penstock.sink.handler;

import io.opentelemetry.context.Scope;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import penstock.sink.BlockingEventHandler;
import penstock.sink.Delivery;
import penstock.sink.EventHandler;
import penstock.sink.EventRefusedException;
import penstock.sink.Outcome;
import penstock.sink.SinkStoppedException;
import penstock.sink.SinkTarget;

/** Hands each event to a bean of the application. */
final class HandlerTarget implements SinkTarget {

  /** A bean's call, whatever its form; the second result gives it up. */
  @FunctionalInterface
  interface HandlerCall {
    Runnable begin(Delivery delivery, Promise<Void> done);
  }

  private final HandlerCall call;
  private final Vertx vertx;
  private final Duration timeout;

  /**
   * @param timeout how long a call may take before it counts as not gone through
   */
  HandlerTarget(HandlerCall call, Vertx vertx, Duration timeout) {
    this.call = call;
    this.vertx = vertx;
    this.timeout = timeout;
  }

  private static EventHandler.DeliveryContext context(Delivery delivery) {
    return new EventHandler.DeliveryContext(delivery.id(), delivery.attempt());
  }

  /** Calls it on an event loop. */
  static HandlerCall of(EventHandler handler, Vertx vertx) {
    Context loop = vertx.getOrCreateContext();
    return (delivery, done) -> {
      var begun = new AtomicReference<Runnable>(() -> {});
      var traced = io.opentelemetry.context.Context.current();
      loop.runOnContext(
          now -> {
            try (Scope _ = traced.makeCurrent()) {
              Uni<Void> handled = handler.handle(delivery.event(), context(delivery));
              var subscription =
                  handled.subscribe().with(item -> done.tryComplete(), done::tryFail);
              begun.set(subscription::cancel);
            } catch (RuntimeException | Error e) {
              done.tryFail(e);
            }
          });
      return () -> begun.get().run();
    };
  }

  /** Calls it on a virtual thread. */
  static HandlerCall of(BlockingEventHandler handler) {
    return (delivery, done) -> {
      var traced = io.opentelemetry.context.Context.current();
      Thread thread =
          Thread.ofVirtual()
              .name("penstock-handler")
              .start(
                  () -> {
                    try (Scope _ = traced.makeCurrent()) {
                      handler.handle(delivery.event(), context(delivery));
                      done.tryComplete();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                      done.tryFail(e);
                    } catch (Exception | Error e) {
                      done.tryFail(e);
                    }
                  });
      return thread::interrupt;
    };
  }

  @Override
  public Future<List<Outcome>> deliver(List<Delivery> deliveries) {
    List<Future<Outcome>> all = deliveries.stream().map(this::deliver).toList();
    return Future.all(all).map(done -> done.<Outcome>list());
  }

  private Future<Outcome> deliver(Delivery delivery) {
    Promise<Void> done = Promise.promise();
    Runnable giveUp = call.begin(delivery, done);
    long timer =
        vertx.setTimer(
            Math.max(1, timeout.toMillis()),
            late -> {
              if (done.tryFail("the handler took longer than " + timeout)) {
                giveUp.run();
              }
            });
    return done.future()
        .onComplete(ended -> vertx.cancelTimer(timer))
        .<Outcome>map(handled -> Outcome.DELIVERED)
        .otherwise(HandlerTarget::outcome);
  }

  private static Outcome outcome(Throwable failure) {
    return switch (failure) {
      case CompletionException wrapped when wrapped.getCause() != null ->
          outcome(wrapped.getCause());
      case EventRefusedException refused ->
          new Outcome.Refused("refused", "" + refused.getMessage());
      case SinkStoppedException stop -> new Outcome.Stop("" + stop.getMessage());
      default -> new Outcome.Retry("the handler failed: " + failure, null);
    };
  }
}
