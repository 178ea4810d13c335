package penstock.sink.handler;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import penstock.event.Event;
import penstock.sink.EventHandler;

/** Takes everything and does nothing. */
@ApplicationScoped
@Named("ignoring")
class IgnoringHandler implements EventHandler {

  @Override
  public Uni<Void> handle(Event event, DeliveryContext context) {
    return Uni.createFrom().voidItem();
  }
}
