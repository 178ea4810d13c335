package penstock.event;

import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonScanner;
import penstock.json.JsonSyntaxException;
import penstock.json.Utf8;

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
    if (!event.extensions().isEmpty()) {
      extensions(fields, event.extensions());
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

  private static void extensions(List<byte[]> fields, SortedMap<String, Object> extensions) {
    var types = new StringBuilder();
    for (Map.Entry<String, Object> extension : extensions.entrySet()) {
      add(fields, bytes(extension.getKey()), extension.getValue().toString());
      if (!(extension.getValue() instanceof String)) {
        types.append(types.isEmpty() ? "" : ",").append(extension.getKey());
        types.append(extension.getValue() instanceof Boolean ? ":b" : ":i");
      }
    }
    if (!types.isEmpty()) {
      add(fields, EXTENSION_TYPES, types.toString());
    }
  }

  /**
   * Reads the field array of a log entry, as XRANGE and XREAD give it.
   *
   * @throws RuntimeException if it was not written by {@link #write}
   */
  public static Event read(Response fields) {
    return read(fields, 0);
  }

  /**
   * The same, of what follows the first elements of the array.
   *
   * @param from how many elements come before
   */
  public static Event read(Response fields, int from) {
    return read(
        fields.size() - from, i -> text(fields.get(from + i)), i -> fields.get(from + i).toBytes());
  }

  /** The same of fields that came another way. */
  public static Event read(List<byte[]> fields) {
    return read(fields.size(), i -> new String(fields.get(i), StandardCharsets.UTF_8), fields::get);
  }

  private static Event read(int fields, IntFunction<String> texts, IntFunction<byte[]> values) {
    String id = null;
    String source = null;
    String type = null;
    String subject = null;
    String time = null;
    String dataContentType = null;
    String dataSchema = null;
    String types = null;
    SortedMap<String, Object> extensions = Collections.emptySortedMap();
    EventData data = EventData.NONE;
    for (int i = 0; i + 1 < fields; i += 2) {
      String name = texts.apply(i);
      int value = i + 1;
      switch (name) {
        case "specversion" -> {}
        case "id" -> id = texts.apply(value);
        case "source" -> source = texts.apply(value);
        case "type" -> type = texts.apply(value);
        case "subject" -> subject = texts.apply(value);
        case "time" -> time = texts.apply(value);
        case "datacontenttype" -> dataContentType = texts.apply(value);
        case "dataschema" -> dataSchema = texts.apply(value);
        case "data" -> data = new EventData.Json(json(values.apply(value)));
        case "data_text" -> data = new EventData.Text(texts.apply(value));
        case "data_base64" -> data = new EventData.Binary(texts.apply(value));
        case "extension_types" -> types = texts.apply(value);
        default -> {
          if (extensions.isEmpty()) {
            extensions = new TreeMap<>();
          }
          extensions.put(name, texts.apply(value));
        }
      }
    }
    if (id == null || source == null || type == null) {
      throw new IllegalArgumentException(
          "a log entry without id, source and type was not written by Penstock");
    }
    if (types != null) {
      restoreTypes(extensions, types);
    }
    return new Event(
        id, source, type, subject, time, dataContentType, dataSchema, extensions, data);
  }

  /**
   * The text in the form in which it is kept. Penstock wrote it so; what another hand wrote would
   * break the JSON of a whole page, or the lines of a feed.
   */
  private static byte[] json(byte[] text) {
    try {
      if (Utf8.firstBroken(text) < 0) {
        var scanner = new JsonScanner(text);
        byte[] json = scanner.compactValue();
        scanner.expectEnd();
        return json;
      }
    } catch (JsonSyntaxException broken) {
      // refused below, as what is no text at all
    }
    throw new IllegalArgumentException(
        "a log entry whose data is no JSON was not written by Penstock");
  }

  private static void restoreTypes(SortedMap<String, Object> extensions, String types) {
    for (String typed : types.split(",")) {
      int colon = typed.length() - 2;
      extensions.computeIfPresent(
          typed.substring(0, colon),
          (name, text) ->
              typed.endsWith("b")
                  ? (Object) Boolean.valueOf(text.toString())
                  : Integer.valueOf(text.toString()));
    }
  }

  private static String text(Response value) {
    return value.toString(StandardCharsets.UTF_8);
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
