package penstock.sink.archive;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.event.EventDigest;
import penstock.event.EventJson;
import penstock.json.JsonName;
import penstock.json.JsonValue;
import penstock.json.JsonWriter;
import penstock.sink.Delivery;
import penstock.sink.SinksConfig;

/**
 * Writes events as lines of a bulk request: what to do, and the document. Data goes as it is kept,
 * without being parsed. Immutable; any thread.
 *
 * <p>The names of the members are those of CloudEvents, of the log entry, and some of the archive's
 * own; extensions are within one of them, so that none can be taken for another.
 */
final class DocumentWriter {

  private static final JsonName CREATE = JsonName.of("create");
  private static final JsonName INDEX = JsonName.of("_index");
  private static final JsonName DOCUMENT_ID = JsonName.of("_id");
  private static final JsonName ID = JsonName.of("id");
  private static final JsonName SOURCE = JsonName.of("source");
  private static final JsonName TYPE = JsonName.of("type");
  private static final JsonName SUBJECT = JsonName.of("subject");
  private static final JsonName TIME = JsonName.of("time");
  private static final JsonName DATA_CONTENT_TYPE = JsonName.of("datacontenttype");
  private static final JsonName DATA_SCHEMA = JsonName.of("dataschema");
  private static final JsonName EXTENSIONS = JsonName.of("extensions");
  private static final JsonName STREAM = JsonName.of("stream");
  private static final JsonName PARTITION = JsonName.of("partition");
  private static final JsonName POSITION = JsonName.of("position");
  private static final JsonName DATA = JsonName.of("data");
  private static final JsonName DATA_JSON = JsonName.of("data_json");
  private static final JsonName DATA_TEXT = JsonName.of("data_text");
  private static final JsonName DATA_BASE64 = JsonName.of("data_base64");

  private final IndexName index;
  private final SinksConfig.IndexTime indexTime;

  DocumentWriter(IndexName index, SinksConfig.IndexTime indexTime) {
    this.index = index;
    this.indexTime = indexTime;
  }

  /**
   * The id of an event's document. It begins with the stream, since two may be archived in one
   * index, and ends with the digest that a repeated event is recognised by everywhere.
   */
  static String id(Delivery delivery) {
    return delivery.partition().stream()
        + ":"
        + HexFormat.of().formatHex(EventDigest.of(delivery.event()));
  }

  /** Appends two lines. */
  void write(Delivery delivery, Buffer out) {
    Event event = delivery.event();
    Instant time = DocumentTime.of(event, delivery.record().position());
    Instant named =
        indexTime == SinksConfig.IndexTime.EVENT
            ? time
            : DocumentTime.of(delivery.record().position());
    action(index.at(named), id(delivery), new JsonWriter(out));
    out.appendByte((byte) '\n');
    document(delivery, event, time, new JsonWriter(out));
    out.appendByte((byte) '\n');
  }

  /** Creating what is there is refused and changes nothing; a data stream takes nothing else. */
  private static void action(String index, String id, JsonWriter json) {
    json.beginObject().name(CREATE).beginObject();
    json.name(INDEX).string(index);
    json.name(DOCUMENT_ID).string(id);
    json.endObject().endObject();
  }

  private static void document(Delivery delivery, Event event, Instant time, JsonWriter json) {
    json.beginObject();
    json.name("@timestamp").string(time.toString());
    json.name(ID).string(event.id());
    json.name(SOURCE).string(event.source());
    json.name(TYPE).string(event.type());
    text(SUBJECT, event.subject(), json);
    text(TIME, event.time(), json);
    text(DATA_CONTENT_TYPE, event.dataContentType(), json);
    text(DATA_SCHEMA, event.dataSchema(), json);
    if (!event.extensions().isEmpty()) {
      json.name(EXTENSIONS).beginObject();
      EventJson.extensions(event, json);
      json.endObject();
    }
    json.name(STREAM).string(delivery.partition().stream().value());
    json.name(PARTITION).number(delivery.partition().index());
    json.name(POSITION).string(delivery.record().position().toString());
    switch (event.data()) {
      case EventData.None none -> {}
      case EventData.Json data -> json(data.json(), json);
      case EventData.Text data -> json.name(DATA_TEXT).string(data.text());
      case EventData.Binary data -> json.name(DATA_BASE64).string(data.base64());
    }
    json.endObject();
  }

  /** A field is an object or is not, for all documents: what is none goes elsewhere, as text. */
  private static void json(byte[] data, JsonWriter json) {
    JsonValue value = JsonValue.of(data);
    if (value.isObject()) {
      json.name(DATA).value(data);
    } else {
      json.name(DATA_JSON).string(value.toString());
    }
  }

  private static void text(JsonName name, @Nullable String value, JsonWriter json) {
    if (value != null) {
      json.name(name).string(value);
    }
  }
}
