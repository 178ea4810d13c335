package penstock.stream.log;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.event.EventJson;
import penstock.http.JsonBody;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.stream.Cursor;
import penstock.stream.LogEntry;

/**
 * Some events of a stream, in order.
 *
 * @param cursor behind the last event that was looked at, whether it is in the page or not
 * @param caughtUp whether nothing came after it when it was read
 */
@Schema(ref = "Events")
public record EventPage(List<LogEntry> entries, Cursor cursor, boolean caughtUp)
    implements JsonBody {

  private static final int TYPICAL = 512;

  private static final JsonName EVENTS = JsonName.of("events");
  private static final JsonName CURSOR = JsonName.of("cursor");
  private static final JsonName CAUGHT_UP = JsonName.of("caughtUp");

  @Override
  public Buffer json() {
    Buffer out = Buffer.buffer(TYPICAL * (1 + entries.size()));
    var json = new JsonWriter(out);
    json.beginObject().name(EVENTS).beginArray();
    entries.forEach(entry -> EventJson.write(entry.event(), json));
    json.endArray().name(CURSOR).string(cursor.encode());
    json.name(CAUGHT_UP).bool(caughtUp).endObject();
    return out;
  }
}
