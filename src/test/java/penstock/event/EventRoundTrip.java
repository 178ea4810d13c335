package penstock.event;

import static penstock.event.Requests.json;
import static penstock.event.Requests.structured;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import penstock.problem.ProblemException;
import penstock.problem.Problems;

/** What holds of whatever is taken for events: it is the same after each way that it goes. */
final class EventRoundTrip {

  private static final ObjectMapper JACKSON = new ObjectMapper();

  private EventRoundTrip() {}

  /** Reads events; a problem is as good. Anything else is thrown on. */
  static void check(Supplier<List<Event>> reading) throws IOException {
    List<Event> events;
    try {
      events = reading.get();
    } catch (ProblemException refused) {
      JACKSON.readTree(Problems.document(refused.problem()).getBytes());
      return;
    }
    for (Event event : events) {
      check(event);
    }
  }

  private static void check(Event event) throws IOException {
    String json = json(event);
    JACKSON.readTree(json);
    same(json, structured(json));
    same(json, EventFields.read(response(EventFields.write(event))));
    if (event.key().isEmpty() || event.deliverAt().orElse(0) == Long.MIN_VALUE) {
      throw new AssertionError("no key, or no time: " + json);
    }
  }

  private static void same(String json, Event again) {
    if (!json(again).equals(json)) {
      throw new AssertionError(json + " became " + json(again));
    }
  }

  private static Response response(List<byte[]> fields) {
    MultiType entry = MultiType.create(fields.size(), false);
    fields.forEach(field -> entry.add(BulkType.create(Buffer.buffer(field), false)));
    return entry;
  }
}
