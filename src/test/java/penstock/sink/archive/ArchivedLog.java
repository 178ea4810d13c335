package penstock.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.event.EventFields;
import penstock.event.EventJson;
import penstock.redis.RedisServer;
import penstock.sink.Delivery;
import penstock.sink.SinkName;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.log.RawRecord;

/** Whether an archive is equal to a log: each event of it is one document, and nothing else is. */
public final class ArchivedLog {

  /** How many differences are told. */
  private static final int SHOWN = 10;

  /** What a dead letter has before the event: its owner, whose name follows, and its position. */
  private static final int NAME = 1;

  private static final int POSITION = 7;

  private ArchivedLog() {}

  /**
   * What a sink had to archive, as Redis has it: all of a stream but its dead letters.
   *
   * @param sink whose dead letters are left out
   */
  public static List<Delivery> read(RedisServer redis, String stream, int partitions, String sink) {
    var log = new ArrayList<Delivery>();
    for (int index = 0; index < partitions; index++) {
      String base = "ps:{%s/%d}:".formatted(stream, index);
      Set<String> setAside = setAside(redis, base + "dead", sink);
      var partition = new Partition(new StreamName(stream), index);
      for (Object entry : (List<?>) redis.ask("XRANGE", base + "events", "-", "+")) {
        String position = (String) ((List<?>) entry).getFirst();
        if (!setAside.contains(position)) {
          MultiType fields = fields((List<?>) ((List<?>) entry).get(1));
          log.add(
              Delivery.of(
                  new SinkName(sink),
                  partition,
                  new RawRecord(Position.parse(position), fields, 0),
                  EventFields.read(fields, 0),
                  1));
        }
      }
    }
    return log;
  }

  private static Set<String> setAside(RedisServer redis, String dead, String sink) {
    var positions = new HashSet<String>();
    for (Object letter : (List<?>) redis.ask("XRANGE", dead, "-", "+")) {
      List<?> words = (List<?>) ((List<?>) letter).get(1);
      if (words.getFirst().equals("sink") && words.get(NAME).equals(sink)) {
        positions.add((String) words.get(POSITION));
      }
    }
    return positions;
  }

  private static MultiType fields(List<?> words) {
    MultiType fields = MultiType.create(words.size(), false);
    words.forEach(word -> fields.add(BulkType.create(Buffer.buffer((String) word), false)));
    return fields;
  }

  /**
   * Compares all documents with all events.
   *
   * @param log without what became dead letters; of an event that is in it twice, one is expected
   */
  public static void assertArchived(OpenSearch node, String indices, Collection<Delivery> log) {
    assertThat(differences(node, indices, log)).isEmpty();
  }

  /** As {@link #assertArchived}: in words what differs, at most a few of all. */
  public static List<String> differences(
      OpenSearch node, String indices, Collection<Delivery> log) {
    Map<String, JsonObject> expected = new LinkedHashMap<>();
    log.forEach(event -> expected.putIfAbsent(DocumentWriter.id(event), expected(event)));
    Map<String, JsonObject> archived = new LinkedHashMap<>();
    node.documents(indices)
        .forEach((id, document) -> archived.put(id, attributesAndData(document)));
    var differences = new ArrayList<String>();
    expected.forEach((id, event) -> compare(event, archived.remove(id), differences));
    archived.values().forEach(document -> tell(differences, "not in the log: " + document));
    return differences;
  }

  private static void compare(
      JsonObject event, @Nullable JsonObject document, List<String> differences) {
    if (document == null) {
      tell(differences, "not in the archive: " + event);
    } else if (!document.equals(event)) {
      tell(differences, "archived as " + document + ", and is " + event);
    }
  }

  private static void tell(List<String> differences, String difference) {
    if (differences.size() < SHOWN) {
      differences.add(difference);
    }
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
