package penstock.view;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.stream.Position;

/**
 * The event's data merged into the entry as a JSON Merge Patch. A field of the entry's hash is a
 * member of its value, by name, as JSON text.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</a>
 */
final class Merge implements Fold {

  /** Bounds the recursion; JSON of more levels is refused by most parsers. */
  private static final int MAX_DEPTH = 1_000;

  private static final Json NOTHING = Json.object(Map.of());

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position) throws FoldFailure {
    if (!(event.data() instanceof EventData.Json data) || !Json.of(data.json()).isObject()) {
      throw new FoldFailure("merge needs data that is a JSON object");
    }
    Entry before = entry == null ? Entry.EMPTY : entry;
    Entry.Edit edit = before.edit();
    for (Map.Entry<String, Json> member : Json.of(data.json()).members().entrySet()) {
      if (member.getValue().isNull()) {
        edit.remove(member.getKey());
      } else {
        byte[] old = before.get(member.getKey());
        Json merged = patch(old == null ? null : Json.of(old), member.getValue(), 1);
        edit.set(member.getKey(), merged.bytes());
      }
    }
    return edit.done();
  }

  /** The target patched, where it is not the whole entry. */
  static Json patch(@Nullable Json target, Json patch, int depth) throws FoldFailure {
    if (!patch.isObject()) {
      return patch;
    }
    if (depth > MAX_DEPTH) {
      throw new FoldFailure("data is nested more than " + MAX_DEPTH + " levels deep");
    }
    Json base = target != null && target.isObject() ? target : NOTHING;
    if (base == NOTHING && !patch.mayHoldNull()) {
      return patch;
    }
    Map<String, Json> result = new LinkedHashMap<>(base.members());
    boolean changed = false;
    for (Map.Entry<String, Json> member : patch.members().entrySet()) {
      if (member.getValue().isNull()) {
        changed |= result.remove(member.getKey()) != null;
      } else {
        Json old = result.get(member.getKey());
        Json merged = patch(old, member.getValue(), depth + 1);
        if (old == null || !old.hasSameText(merged)) {
          result.put(member.getKey(), merged);
          changed = true;
        }
      }
    }
    return changed ? Json.object(result) : base;
  }

  /** The members in the order of their names, so that equal entries have equal text. */
  @Override
  public void value(Entry entry, Buffer out) {
    char before = '{';
    for (String name : new TreeSet<>(entry.names())) {
      out.appendByte((byte) before).appendByte((byte) '"');
      out.appendBytes(JsonStringEncoder.getInstance().quoteAsUTF8(name));
      out.appendByte((byte) '"').appendByte((byte) ':').appendBytes(entry.get(name));
      before = ',';
    }
    if (before == '{') {
      out.appendByte((byte) '{');
    }
    out.appendByte((byte) '}');
  }
}
