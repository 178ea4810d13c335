package penstock.event;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonName;
import penstock.json.JsonWriter;

/**
 * Writes events in the CloudEvents JSON format, on one line. Data goes out as it is kept, so that
 * its numbers stay as they were sent.
 */
public final class EventJson {

  private static final JsonName SPEC_VERSION = JsonName.of("specversion");
  private static final byte[] ONE_ZERO = {'"', '1', '.', '0', '"'};
  private static final JsonName ID = JsonName.of("id");
  private static final JsonName SOURCE = JsonName.of("source");
  private static final JsonName TYPE = JsonName.of("type");
  private static final JsonName SUBJECT = JsonName.of("subject");
  private static final JsonName TIME = JsonName.of("time");
  private static final JsonName DATA_CONTENT_TYPE = JsonName.of("datacontenttype");
  private static final JsonName DATA_SCHEMA = JsonName.of("dataschema");
  private static final JsonName DATA = JsonName.of("data");
  private static final JsonName DATA_BASE64 = JsonName.of("data_base64");

  private EventJson() {}

  /** Appends the event as one JSON object without line breaks. */
  public static void write(Event event, Buffer out) {
    write(event, new JsonWriter(out));
  }

  /** Writes the event as one value. */
  public static void write(Event event, JsonWriter json) {
    json.beginObject().name(SPEC_VERSION).value(ONE_ZERO);
    json.name(ID).string(event.id());
    json.name(SOURCE).string(event.source());
    json.name(TYPE).string(event.type());
    text(SUBJECT, event.subject(), json);
    text(TIME, event.time(), json);
    text(DATA_CONTENT_TYPE, event.dataContentType(), json);
    text(DATA_SCHEMA, event.dataSchema(), json);
    extensions(event, json);
    switch (event.data()) {
      case EventData.None none -> {}
      case EventData.Json data -> json.name(DATA).value(data.json());
      case EventData.Text data -> json.name(DATA).string(data.text());
      case EventData.Binary data -> json.name(DATA_BASE64).string(data.base64());
    }
    json.endObject();
  }

  /** Writes each extension as a member of the object that is begun. */
  public static void extensions(Event event, JsonWriter json) {
    for (Map.Entry<String, Object> extension : event.extensions().entrySet()) {
      json.name(extension.getKey());
      switch (extension.getValue()) {
        case Boolean flag -> json.bool(flag);
        case Integer number -> json.number(number);
        default -> json.string(extension.getValue().toString());
      }
    }
  }

  private static void text(JsonName name, @Nullable String value, JsonWriter json) {
    if (value != null) {
      json.name(name).string(value);
    }
  }
}
