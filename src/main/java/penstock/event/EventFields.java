package penstock.event;

import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An event as the fields of a log entry: the CloudEvents attributes by name, then {@code data}
 * (JSON text), {@code data_text} or {@code data_base64}. Extensions that are not strings are named
 * in {@code extension_types}, as in {@code sampled:b,depth:i}.
 *
 * <p>The names of the data fields cannot be those of attributes, which have no underscore; {@code
 * data} is reserved by the specification.
 */
public final class EventFields {

  private static final byte[] SPEC_VERSION = bytes("specversion");
  private static final byte[] ONE_ZERO = bytes("1.0");
  private static final byte[] ID = bytes("id");
  private static final byte[] SOURCE = bytes("source");
  private static final byte[] TYPE = bytes("type");
  private static final byte[] SUBJECT = bytes("subject");
  private static final byte[] TIME = bytes("time");
  private static final byte[] DATA_CONTENT_TYPE = bytes("datacontenttype");
  private static final byte[] DATA_SCHEMA = bytes("dataschema");
  private static final byte[] EXTENSION_TYPES = bytes("extension_types");
  private static final byte[] DATA = bytes("data");
  private static final byte[] DATA_TEXT = bytes("data_text");
  private static final byte[] DATA_BASE64 = bytes("data_base64");

  private EventFields() {}

  /** Field, value, field, value, ... */
  public static List<byte[]> write(Event event) {
    var fields = new ArrayList<byte[]>(18 + 2 * event.extensions().size());
    fields.add(SPEC_VERSION);
    fields.add(ONE_ZERO);
    add(fields, ID, event.id());
    add(fields, SOURCE, event.source());
    add(fields, TYPE, event.type());
    add(fields, SUBJECT, event.subject());
    add(fields, TIME, event.time());
    add(fields, DATA_CONTENT_TYPE, event.dataContentType());
    add(fields, DATA_SCHEMA, event.dataSchema());
    var types = new StringBuilder();
    for (Map.Entry<String, Object> extension : event.extensions().entrySet()) {
      add(fields, bytes(extension.getKey()), extension.getValue().toString());
      if (!(extension.getValue() instanceof String)) {
        types.append(types.isEmpty() ? "" : ",").append(extension.getKey());
        types.append(extension.getValue() instanceof Boolean ? ":b" : ":i");
      }
    }
    if (!types.isEmpty()) {
      add(fields, EXTENSION_TYPES, types.toString());
    }
    switch (event.data()) {
      case EventData.None none -> {}
      case EventData.Json data -> {
        fields.add(DATA);
        fields.add(data.json());
      }
      case EventData.Text data -> add(fields, DATA_TEXT, data.text());
      case EventData.Binary data -> add(fields, DATA_BASE64, data.base64());
    }
    return fields;
  }

  /** Reads the field array of a log entry, as XRANGE and XREAD give it. */
  public static Event read(Response fields) {
    var attributes = new TreeMap<String, Object>();
    String types = "";
    EventData data = EventData.NONE;
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String name = fields.get(i).toString();
      Response value = fields.get(i + 1);
      switch (name) {
        case "specversion" -> {}
        case "data" -> data = new EventData.Json(value.toBytes());
        case "data_text" -> data = new EventData.Text(value.toString(StandardCharsets.UTF_8));
        case "data_base64" -> data = new EventData.Binary(value.toString());
        case "extension_types" -> types = value.toString();
        default -> attributes.put(name, value.toString(StandardCharsets.UTF_8));
      }
    }
    if (!types.isEmpty()) {
      for (String typed : types.split(",")) {
        int colon = typed.length() - 2;
        attributes.computeIfPresent(
            typed.substring(0, colon),
            (name, text) ->
                typed.endsWith("b")
                    ? (Object) Boolean.valueOf(text.toString())
                    : Integer.valueOf(text.toString()));
      }
    }
    return new Event(
        required(attributes, "id"),
        required(attributes, "source"),
        required(attributes, "type"),
        (String) attributes.remove("subject"),
        (String) attributes.remove("time"),
        (String) attributes.remove("datacontenttype"),
        (String) attributes.remove("dataschema"),
        attributes,
        data);
  }

  private static String required(TreeMap<String, Object> attributes, String name) {
    if (attributes.remove(name) instanceof String value) {
      return value;
    }
    throw new IllegalArgumentException(
        "a log entry without the field " + name + " was not written by Penstock");
  }

  private static void add(List<byte[]> fields, byte[] name, @Nullable String value) {
    if (value != null) {
      fields.add(name);
      fields.add(bytes(value));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
