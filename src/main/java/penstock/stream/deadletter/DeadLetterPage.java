package penstock.stream.deadletter;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventFields;
import penstock.event.EventJson;
import penstock.http.JsonBody;
import penstock.http.Namespace;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.stream.log.RawRecord;

/**
 * Some dead letters of a stream.
 *
 * @param last up to where it was looked
 * @param complete no letter lies behind them
 */
@Schema(ref = "DeadLetters")
public record DeadLetterPage(List<Item> letters, DeadLetterId last, boolean complete)
    implements JsonBody {

  private static final JsonName DEAD_LETTERS = JsonName.of("deadLetters");
  private static final JsonName NEXT = JsonName.of("next");
  private static final JsonName COMPLETE = JsonName.of("complete");
  private static final JsonName ID = JsonName.of("id");
  private static final JsonName POSITION = JsonName.of("position");
  private static final JsonName REASON = JsonName.of("reason");
  private static final JsonName FAILED_REPLAY = JsonName.of("failedReplay");
  private static final JsonName EVENT = JsonName.of("event");

  /**
   * A dead letter.
   *
   * @param failedReplay why its last replay failed; null if there was none
   */
  record Item(DeadLetterId id, DeadLetter letter, @Nullable String failedReplay) {}

  @Override
  public Buffer json() {
    Buffer out = Buffer.buffer(256 + 512 * letters.size());
    var json = new JsonWriter(out);
    json.beginObject().name(DEAD_LETTERS).beginArray();
    Namespace space = Namespace.current();
    letters.forEach(found -> write(found, space, json));
    json.endArray().name(NEXT).string(last.toString()).name(COMPLETE).bool(complete).endObject();
    return out;
  }

  private static void write(Item found, Namespace space, JsonWriter json) {
    DeadLetter letter = found.letter();
    json.beginObject().name(ID).string(found.id().toString());
    json.name(letter.owner().toString()).string(space.shown(letter.consumer()));
    json.name(letter.owner().occasion());
    switch (letter.owner()) {
      case VIEW -> json.string(letter.occasion());
      case GROUP, SINK -> json.number(Long.parseLong(letter.occasion()));
    }
    json.name(POSITION).string(letter.event().position().toString());
    json.name(REASON).string(letter.reason());
    if (found.failedReplay() != null) {
      json.name(FAILED_REPLAY).string(found.failedReplay());
    }
    Event event = event(letter.event());
    if (event != null) {
      json.name(EVENT);
      EventJson.write(event, json);
    }
    json.endObject();
  }

  /** Null if nobody can read it: then its reason is all that is shown. */
  private static @Nullable Event event(RawRecord logged) {
    try {
      return EventFields.read(logged.fields(), logged.from());
    } catch (RuntimeException unreadable) {
      return null;
    }
  }
}
