package penstock.event;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes events in the CloudEvents JSON format, on one line. Data goes out as it is kept, so that
 * its numbers stay as they were sent.
 */
public final class EventJson {

  private static final byte[] BEGIN = name("{\"specversion\":\"1.0\",\"id\":");
  private static final byte[] SOURCE = name(",\"source\":");
  private static final byte[] TYPE = name(",\"type\":");
  private static final byte[] SUBJECT = name(",\"subject\":");
  private static final byte[] TIME = name(",\"time\":");
  private static final byte[] DATA_CONTENT_TYPE = name(",\"datacontenttype\":");
  private static final byte[] DATA_SCHEMA = name(",\"dataschema\":");
  private static final byte[] DATA = name(",\"data\":");
  private static final byte[] DATA_BASE64 = name(",\"data_base64\":");

  private EventJson() {}

  /** Appends the event as one JSON object without line breaks. */
  public static void write(Event event, Buffer out) {
    var json = new JsonOutput();
    json.raw(BEGIN);
    json.string(event.id());
    json.raw(SOURCE);
    json.string(event.source());
    json.raw(TYPE);
    json.string(event.type());
    json.member(SUBJECT, event.subject());
    json.member(TIME, event.time());
    json.member(DATA_CONTENT_TYPE, event.dataContentType());
    json.member(DATA_SCHEMA, event.dataSchema());
    for (Map.Entry<String, Object> extension : event.extensions().entrySet()) {
      json.raw(name(",\"" + extension.getKey() + "\":"));
      if (extension.getValue() instanceof String value) {
        json.string(value);
      } else {
        json.raw(name(extension.getValue().toString()));
      }
    }
    switch (event.data()) {
      case EventData.None none -> {}
      case EventData.Json data -> {
        json.raw(DATA);
        json.raw(data.json());
      }
      case EventData.Text data -> json.member(DATA, data.text());
      case EventData.Binary data -> json.member(DATA_BASE64, data.base64());
    }
    json.raw((byte) '}');
    json.appendTo(out);
  }

  private static byte[] name(String ascii) {
    return ascii.getBytes(StandardCharsets.US_ASCII);
  }
}
