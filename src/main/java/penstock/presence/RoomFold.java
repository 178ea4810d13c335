package penstock.presence;

import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.json.JsonSyntaxException;
import penstock.json.JsonValue;
import penstock.json.JsonWriter;
import penstock.stream.Position;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;
import penstock.view.fold.FoldException;
import penstock.view.fold.SkippedEventException;

/**
 * The members of a room by name, each with {@code since} and {@code data}, folded from the events
 * of presence. Whose deadline is when is not in it: heartbeats move it and are no events. A room
 * that nobody is in has no entry.
 */
@ApplicationScoped
@Named(RoomFold.NAME)
public class RoomFold implements Fold {

  static final String NAME = "presence-room";

  private static final String SINCE = "since";
  private static final String DATA = "data";

  @Override
  public @Nullable Entry apply(@Nullable Entry entry, Event event, Position position)
      throws FoldException, SkippedEventException {
    PresenceType type =
        PresenceType.named(event.type()).orElseThrow(() -> new SkippedEventException());
    String member = member(event);
    if (type.isPresent()) {
      Entry before = entry == null ? Entry.EMPTY : entry;
      return before.edit().set(member, value(event)).done();
    }
    if (entry == null) {
      return null;
    }
    Entry after = entry.edit().remove(member).done();
    return after.names().isEmpty() ? null : after;
  }

  /** What follows the room and a slash. */
  private static String member(Event event) throws FoldException {
    String room = event.key() + "/";
    String subject = event.subject();
    if (subject == null || !subject.startsWith(room) || subject.length() == room.length()) {
      throw new FoldException("the subject is not <partitionkey>/<member>");
    }
    return subject.substring(room.length());
  }

  private static byte[] value(Event event) throws FoldException {
    if (!(event.data() instanceof EventData.Json data) || !JsonValue.of(data.json()).isObject()) {
      throw new FoldException("presence needs data that is a JSON object");
    }
    try {
      Map<String, JsonValue> given = JsonValue.of(data.json()).members();
      var kept = new LinkedHashMap<String, JsonValue>();
      for (String name : new String[] {SINCE, DATA}) {
        JsonValue value = given.get(name);
        if (value != null) {
          kept.put(name, value);
        }
      }
      return JsonValue.object(kept).bytes();
    } catch (JsonSyntaxException notJson) {
      throw new FoldException("the data is not valid JSON");
    }
  }

  /** The members in the order of their names, so that equal entries have equal text. */
  @Override
  public void value(Entry entry, Buffer out) {
    var json = new JsonWriter(out);
    json.beginObject();
    for (String name : new TreeSet<>(entry.names())) {
      json.name(name).value(entry.bytes(name));
    }
    json.endObject();
  }
}
