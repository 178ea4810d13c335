package penstock.view.read;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;

/** The JSON forms of entries: {@code {"key":...,"value":...}}, and a page of such. */
public final class EntryJson {

  private static final int TYPICAL = 64;
  private static final int PAGE = 1024;

  private static final JsonName KEY = JsonName.of("key");
  private static final JsonName VALUE = JsonName.of("value");
  private static final JsonName ENTRIES = JsonName.of("entries");
  private static final JsonName NEXT = JsonName.of("next");
  private static final JsonName COMPLETE = JsonName.of("complete");

  private EntryJson() {}

  /** The value of an entry. */
  public static Buffer value(Entry entry, Fold fold) {
    Buffer value = Buffer.buffer(TYPICAL + entry.bytes());
    fold.value(entry, value);
    return value;
  }

  /**
   * An entry.
   *
   * @param value its value as JSON text
   */
  public static Buffer entry(String key, Buffer value) {
    Buffer out = Buffer.buffer(TYPICAL + key.length() + value.length());
    begin(key, new JsonWriter(out)).value(value).endObject();
    return out;
  }

  /**
   * An entry.
   *
   * @param entry null for one that does not exist: its value is {@code null}
   */
  public static Buffer entry(String key, @Nullable Entry entry, Fold fold) {
    Buffer out = Buffer.buffer(TYPICAL + key.length() + (entry == null ? 0 : entry.bytes()));
    JsonWriter json = begin(key, new JsonWriter(out));
    (entry == null ? json.nothing() : json.value(value -> fold.value(entry, value))).endObject();
    return out;
  }

  /** The entries of a page as elements of an array, without its brackets. */
  static Buffer elements(EntryReader.EntryPage page) {
    Buffer out = Buffer.buffer(PAGE);
    write(page, new JsonWriter(out));
    return out;
  }

  /**
   * A page of entries.
   *
   * @param after the key that it was asked to begin behind; empty for the beginning
   */
  public static Buffer page(EntryReader.EntryPage page, String after) {
    Buffer out = Buffer.buffer(PAGE);
    JsonWriter json = new JsonWriter(out);
    json.beginObject().name(ENTRIES).beginArray();
    write(page, json);
    String next = page.entries().isEmpty() ? after : page.entries().lastKey();
    json.endArray().name(NEXT).string(next);
    json.name(COMPLETE).bool(page.complete()).endObject();
    return out;
  }

  private static void write(EntryReader.EntryPage page, JsonWriter json) {
    page.entries()
        .forEach(
            (key, entry) ->
                begin(key, json).value(value -> page.fold().value(entry, value)).endObject());
  }

  private static JsonWriter begin(String key, JsonWriter json) {
    return json.beginObject().name(KEY).string(key).name(VALUE);
  }
}
