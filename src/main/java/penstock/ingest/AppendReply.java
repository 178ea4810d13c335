package penstock.ingest;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import penstock.event.Event;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.stream.registry.Stream;

/** The JSON that answers an append. */
final class AppendReply {

  private static final int TYPICAL = 96;
  private static final int TYPICAL_EVENT = 160;

  private static final JsonName CURSOR = JsonName.of("cursor");
  private static final JsonName EVENTS = JsonName.of("events");
  private static final JsonName ID = JsonName.of("id");
  private static final JsonName SOURCE = JsonName.of("source");
  private static final JsonName POSITION = JsonName.of("position");
  private static final JsonName DUPLICATE = JsonName.of("duplicate");

  private AppendReply() {}

  /** The cursor, and for each event its id, source and position. */
  static Buffer of(Stream stream, List<Event> events, AppendAck receipt) {
    Buffer out = Buffer.buffer(TYPICAL + TYPICAL_EVENT * events.size());
    var json = new JsonWriter(out);
    json.beginObject().name(CURSOR).string(receipt.cursor().encode()).name(EVENTS).beginArray();
    for (int i = 0; i < events.size(); i++) {
      EventResult outcome = receipt.outcomes().get(i);
      json.beginObject().name(ID).string(events.get(i).id());
      json.name(SOURCE).string(events.get(i).source());
      json.name(POSITION).string(stream.positionText(outcome.partition(), outcome.position()));
      json.name(DUPLICATE).bool(outcome.duplicate()).endObject();
    }
    json.endArray().endObject();
    return out;
  }
}
