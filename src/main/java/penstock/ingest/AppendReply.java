package penstock.ingest;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.event.Event;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.schedule.delayed.ScheduledEvent;
import penstock.stream.registry.Stream;

/**
 * What answers an append.
 *
 * @param status 202 if any of the events is scheduled, 200 if all were in the log before, else 201
 * @param json the cursor, and for each event its id, source and position, or when it will get one
 */
@Schema(ref = "Appended")
record AppendReply(int status, Buffer json) {

  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int ACCEPTED = 202;

  private static final int TYPICAL = 96;
  private static final int TYPICAL_EVENT = 160;

  private static final JsonName CURSOR = JsonName.of("cursor");
  private static final JsonName EVENTS = JsonName.of("events");
  private static final JsonName ID = JsonName.of("id");
  private static final JsonName SOURCE = JsonName.of("source");
  private static final JsonName POSITION = JsonName.of("position");
  private static final JsonName SCHEDULED = JsonName.of("scheduled");
  private static final JsonName DUPLICATE = JsonName.of("duplicate");

  /**
   * @param events in the order of the request
   */
  static AppendReply of(Stream stream, List<Event> events, AppendAck ack) {
    Buffer out = Buffer.buffer(TYPICAL + TYPICAL_EVENT * events.size());
    boolean fresh = false;
    boolean scheduled = false;
    var json = new JsonWriter(out);
    json.beginObject().name(CURSOR).string(ack.cursor().encode()).name(EVENTS).beginArray();
    for (int i = 0; i < events.size(); i++) {
      EventResult result = ack.results().get(i);
      fresh |= !result.duplicate();
      json.beginObject().name(ID).string(events.get(i).id());
      json.name(SOURCE).string(events.get(i).source());
      if (result instanceof EventResult.Appended appended) {
        String position = stream.positionText(appended.partition(), appended.position());
        json.name(POSITION).string(position);
      } else if (result instanceof EventResult.Scheduled later) {
        scheduled = true;
        json.name(SCHEDULED).beginObject();
        ScheduledEvent.writeTime(later.id(), later.deadline(), json);
        json.endObject();
      }
      json.name(DUPLICATE).bool(result.duplicate()).endObject();
    }
    json.endArray().endObject();
    return new AppendReply(scheduled ? ACCEPTED : fresh ? CREATED : OK, out);
  }
}
