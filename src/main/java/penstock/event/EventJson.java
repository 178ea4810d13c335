package penstock.event;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes events in the CloudEvents JSON format, on one line. Data goes out as it is kept, so that
 * its numbers stay as they were sent.
 */
public final class EventJson {

  private static final byte[] BEGIN = ascii("{\"specversion\":\"1.0\"");

  private EventJson() {}

  /** Appends the event as one JSON object without line breaks. */
  public static void write(Event event, Buffer out) {
    out.appendBytes(BEGIN);
    text(out, "id", event.id());
    text(out, "source", event.source());
    text(out, "type", event.type());
    if (event.subject() != null) {
      text(out, "subject", event.subject());
    }
    if (event.time() != null) {
      text(out, "time", event.time());
    }
    if (event.dataContentType() != null) {
      text(out, "datacontenttype", event.dataContentType());
    }
    if (event.dataSchema() != null) {
      text(out, "dataschema", event.dataSchema());
    }
    for (Map.Entry<String, Object> extension : event.extensions().entrySet()) {
      if (extension.getValue() instanceof String value) {
        text(out, extension.getKey(), value);
      } else {
        name(out, extension.getKey());
        out.appendString(extension.getValue().toString());
      }
    }
    switch (event.data()) {
      case EventData.None none -> {}
      case EventData.Json data -> {
        name(out, "data");
        out.appendBytes(data.json());
      }
      case EventData.Text data -> text(out, "data", data.text());
      case EventData.Binary data -> text(out, "data_base64", data.base64());
    }
    out.appendByte((byte) '}');
  }

  private static void text(Buffer out, String name, String value) {
    name(out, name);
    out.appendByte((byte) '"');
    out.appendBytes(JsonStringEncoder.getInstance().quoteAsUTF8(value));
    out.appendByte((byte) '"');
  }

  private static void name(Buffer out, String name) {
    out.appendBytes(ascii(",\"" + name + "\":"));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
