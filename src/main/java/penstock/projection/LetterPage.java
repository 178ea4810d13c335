package penstock.projection;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.event.EventFields;
import penstock.event.EventJson;

/**
 * Some dead letters of a stream.
 *
 * @param last up to where it was looked
 * @param complete no letter lies behind them
 */
public record LetterPage(List<Found> letters, LetterId last, boolean complete) {

  /**
   * A letter.
   *
   * @param failedReplay why its last replay failed; null if there was none
   */
  record Found(LetterId id, Letter letter, @Nullable String failedReplay) {}

  public Buffer json() {
    Buffer out = Buffer.buffer(256 + 512 * letters.size()).appendString("{\"deadLetters\":[");
    String comma = "";
    for (Found found : letters) {
      write(found, out.appendString(comma));
      comma = ",";
    }
    out.appendString("],\"next\":");
    text(last.toString(), out);
    return out.appendString(",\"complete\":" + complete + "}");
  }

  private static void write(Found found, Buffer out) {
    Letter letter = found.letter();
    JsonObject envelope =
        new JsonObject()
            .put("id", found.id().toString())
            .put("view", letter.view())
            .put("generation", letter.generation())
            .put("position", letter.event().position().toString())
            .put("reason", letter.reason());
    if (found.failedReplay() != null) {
      envelope.put("failedReplay", found.failedReplay());
    }
    String members = envelope.encode();
    out.appendString(members.substring(0, members.length() - 1));
    Buffer event = Buffer.buffer();
    try {
      Delivered fields = letter.event();
      EventJson.write(EventFields.read(fields.fields(), fields.from()), event);
      out.appendString(",\"event\":").appendBuffer(event);
    } catch (RuntimeException unreadable) {
      // What nobody can read as an event has only its reason.
    }
    out.appendByte((byte) '}');
  }

  private static void text(String text, Buffer out) {
    out.appendByte((byte) '"')
        .appendBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text))
        .appendByte((byte) '"');
  }
}
