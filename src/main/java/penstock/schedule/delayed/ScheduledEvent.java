package penstock.schedule.delayed;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.event.Event;
import penstock.event.EventJson;
import penstock.http.JsonBody;
import penstock.json.JsonName;
import penstock.json.JsonWriter;

/**
 * An event that waits.
 *
 * @param deadline in milliseconds by Redis's clock
 */
@Schema(ref = "Scheduled")
public record ScheduledEvent(ScheduledId id, long deadline, Event event) implements JsonBody {

  private static final int TYPICAL = 512;

  private static final JsonName ID = JsonName.of("id");
  private static final JsonName DELIVER_AT = JsonName.of("deliverAt");
  private static final JsonName EVENT = JsonName.of("event");

  @Override
  public Buffer json() {
    Buffer out = Buffer.buffer(TYPICAL);
    write(new JsonWriter(out));
    return out;
  }

  void write(JsonWriter json) {
    json.beginObject();
    writeTime(id, deadline, json);
    json.name(EVENT);
    EventJson.write(event, json);
    json.endObject();
  }

  /** The members that say which one it is and when it is due. */
  public static void writeTime(ScheduledId id, long deadline, JsonWriter json) {
    json.name(ID).string(id.toString());
    json.name(DELIVER_AT).string(Instant.ofEpochMilli(deadline).toString());
  }
}
