package penstock.sink;

import penstock.event.Event;

/**
 * As {@link EventHandler}, for what blocks: called on a virtual thread of its own for each event.
 * It counts as done when the method returns.
 */
public interface BlockingEventHandler {

  /** Takes in one event. Repeats have the same delivery id. */
  void handle(Event event, EventHandler.DeliveryContext context) throws Exception;
}
