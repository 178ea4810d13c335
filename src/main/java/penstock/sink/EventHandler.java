package penstock.sink;

import io.smallrye.mutiny.Uni;
import penstock.event.Event;

/**
 * What you do with the events of a sink of the kind {@code bean:<name>}: a CDI bean with that name
 * ({@code @Named}). Each event comes at least once; it counts as done when the {@link Uni}
 * completes. A failure has it come again after a growing pause; an {@link EventRefusedException}
 * makes it a dead letter.
 *
 * <p>A handler may be called for several events at the same time, in the order that the sink has:
 * by default one of a key at a time. It is called on an event loop, and must not block there: for
 * what blocks there is {@link BlockingEventHandler}.
 */
public interface EventHandler {

  /** Takes in one event. Repeats have the same delivery id. */
  Uni<Void> handle(Event event, DeliveryContext context);

  /**
   * Beside the event.
   *
   * @param deliveryId the same for each repeat: by it, or by the event's source and id, a handler
   *     recognises what it has done already
   * @param attempt the first one is 1
   */
  record DeliveryContext(String deliveryId, int attempt) {}
}
