package penstock.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import penstock.event.EventJson;
import penstock.sink.Delivery;

/** Whether an archive is equal to a log: each event of it is one document, and nothing else is. */
public final class ArchivedLog {

  private ArchivedLog() {}

  /**
   * Compares all documents with all events.
   *
   * @param log without what became dead letters; of an event that is in it twice, one is expected
   */
  public static void assertArchived(OpenSearch node, String indices, Collection<Delivery> log) {
    Map<String, JsonObject> expected = new LinkedHashMap<>();
    log.forEach(event -> expected.putIfAbsent(DocumentWriter.id(event), expected(event)));
    Map<String, JsonObject> archived = new LinkedHashMap<>();
    node.documents(indices)
        .forEach((id, document) -> archived.put(id, attributesAndData(document)));
    assertThat(archived.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    assertThat(archived).isEqualTo(expected);
  }

  /** The event in the JSON format, and where it is. */
  private static JsonObject expected(Delivery delivery) {
    Buffer json = Buffer.buffer();
    EventJson.write(delivery.event(), json);
    var event = new JsonObject(json);
    event.remove("specversion");
    return event
        .put("stream", delivery.partition().stream().value())
        .put("partition", delivery.partition().index())
        .put("position", delivery.record().position().toString());
  }

  private static JsonObject attributesAndData(JsonObject document) {
    JsonObject event = document.copy();
    event.remove("@timestamp");
    JsonObject extensions = (JsonObject) event.remove("extensions");
    if (extensions != null) {
      event.mergeIn(extensions);
    }
    if (event.containsKey("data_json")) {
      String text = (String) event.remove("data_json");
      event.put("data", new JsonObject("{\"v\":" + text + "}").getValue("v"));
    }
    if (event.containsKey("data_text")) {
      event.put("data", event.remove("data_text"));
    }
    return event;
  }
}
