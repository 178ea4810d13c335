package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
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

/**
 * The event's data merged into the entry as a JSON Merge Patch. A field of the entry's hash is a
 * member of its value, by name, as JSON text.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</a>
 */
public final class Merge implements Fold {

  private static final JsonValue NOTHING = JsonValue.object(Map.of());

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position) throws FoldException {
    if (!(event.data() instanceof EventData.Json data) || !JsonValue.of(data.json()).isObject()) {
      throw new FoldException("merge needs data that is a JSON object");
    }
    try {
      return merged(entry == null ? Entry.EMPTY : entry, JsonValue.of(data.json()));
    } catch (JsonSyntaxException notJson) {
      throw FoldException.notJson(notJson);
    }
  }

  private static Entry merged(Entry before, JsonValue data) {
    Entry.Edit edit = before.edit();
    for (Map.Entry<String, JsonValue> member : data.members().entrySet()) {
      if (member.getValue().isNull()) {
        edit.remove(member.getKey());
      } else {
        byte[] old = before.get(member.getKey());
        JsonValue merged = patch(old == null ? null : JsonValue.of(old), member.getValue());
        edit.set(member.getKey(), merged.bytes());
      }
    }
    return edit.done();
  }

  /**
   * The target patched, where it is not the whole entry. Recursion ends: what has members was read
   * as a value of the text around it, which is bounded in its depth.
   */
  static JsonValue patch(@Nullable JsonValue target, JsonValue patch) {
    if (!patch.isObject()) {
      return patch;
    }
    JsonValue base = target != null && target.isObject() ? target : NOTHING;
    if (base == NOTHING && !patch.mayHoldNull()) {
      return patch;
    }
    Map<String, JsonValue> result = new LinkedHashMap<>(base.members());
    boolean changed = false;
    for (Map.Entry<String, JsonValue> member : patch.members().entrySet()) {
      if (member.getValue().isNull()) {
        changed |= result.remove(member.getKey()) != null;
      } else {
        JsonValue old = result.get(member.getKey());
        JsonValue merged = patch(old, member.getValue());
        if (old == null || !old.hasSameText(merged)) {
          result.put(member.getKey(), merged);
          changed = true;
        }
      }
    }
    return changed ? JsonValue.object(result) : base;
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
