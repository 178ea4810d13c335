package example;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.sink.BlockingEventHandler;
import penstock.sink.EventHandler.DeliveryContext;
import penstock.sink.EventRefusedException;

/**
 * Tells the access system at the gate of cancelled tickets: the old one is void, and its
 * replacement, if there is one, is valid. Both are written as what they are, so that a repeat
 * changes nothing; the new one first, so that nobody stands at the gate without a ticket.
 *
 * <p>A replacement is written only if the access system does not know it. It may have been
 * cancelled itself, which is another ticket's event, and may have come here before: void is for
 * good.
 */
@ApplicationScoped
@Named("ticket-sync")
public class TicketSync implements BlockingEventHandler {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int CLIENT_ERRORS = 400;
  private static final int SERVER_ERRORS = 500;
  private static final int KNOWN_ALREADY = 412;
  private static final int TOO_MANY = 429;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final URI access;

  @Inject
  TicketSync(
      @ConfigProperty(name = "access-system.url", defaultValue = "http://localhost:8090/")
          URI access) {
    this.access = access;
  }

  @Override
  public void handle(Event event, DeliveryContext context)
      throws IOException, InterruptedException {
    if (!(event.data() instanceof EventData.Json data)) {
      throw new EventRefusedException("a cancellation has JSON data");
    }
    String replacement = new JsonObject(Buffer.buffer(data.json())).getString("replacement");
    if (replacement != null) {
      put(request(replacement, "valid", context).header("If-None-Match", "*"));
    }
    put(request("" + event.subject(), "void", context));
  }

  private HttpRequest.Builder request(String ticket, String state, DeliveryContext context) {
    return HttpRequest.newBuilder(access.resolve("tickets/" + ticket))
        .timeout(PATIENCE)
        .header("Idempotency-Key", context.deliveryId() + "/" + state)
        .PUT(BodyPublishers.ofString(state));
  }

  private void put(HttpRequest.Builder request) throws IOException, InterruptedException {
    int status = client.send(request.build(), BodyHandlers.discarding()).statusCode();
    if (status >= SERVER_ERRORS || status == TOO_MANY) {
      throw new IOException("the access system answered " + status);
    }
    if (status >= CLIENT_ERRORS && status != KNOWN_ALREADY) {
      throw new EventRefusedException("the access system answered " + status);
    }
  }
}
