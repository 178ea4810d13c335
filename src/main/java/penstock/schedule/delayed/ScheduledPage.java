package penstock.schedule.delayed;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.event.Event;
import penstock.http.JsonBody;
import penstock.json.JsonName;
import penstock.json.JsonWriter;

/**
 * Some scheduled events of a stream: partition by partition, each in the order of deadlines.
 *
 * @param last behind which the next page begins
 * @param complete none lies behind them
 */
@Schema(ref = "ScheduledEvents")
public record ScheduledPage(List<ScheduledEvent> events, ScheduledPosition last, boolean complete)
    implements JsonBody {

  /** Of these events only those that may be seen; the place behind the page is the same. */
  public ScheduledPage only(Predicate<Event> visible) {
    return new ScheduledPage(
        events.stream().filter(one -> visible.test(one.event())).toList(), last, complete);
  }

  private static final JsonName SCHEDULED = JsonName.of("scheduled");
  private static final JsonName NEXT = JsonName.of("next");
  private static final JsonName COMPLETE = JsonName.of("complete");

  @Override
  public Buffer json() {
    Buffer out = Buffer.buffer(256 + 512 * events.size());
    var json = new JsonWriter(out);
    json.beginObject().name(SCHEDULED).beginArray();
    events.forEach(event -> event.write(json));
    json.endArray().name(NEXT).string(last.toString()).name(COMPLETE).bool(complete).endObject();
    return out;
  }
}
