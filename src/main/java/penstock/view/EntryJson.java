package penstock.view;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonName;
import penstock.json.JsonWriter;

/** The JSON forms of entries: {@code {"key":...,"value":...}}, and a page of such. */
final class EntryJson {

  private static final int TYPICAL = 64;

  private static final JsonName KEY = JsonName.of("key");
  private static final JsonName VALUE = JsonName.of("value");
  private static final JsonName ENTRIES = JsonName.of("entries");
  private static final JsonName NEXT = JsonName.of("next");
  private static final JsonName COMPLETE = JsonName.of("complete");

  private EntryJson() {}

  /** The value of an entry. */
  static Buffer value(Entry entry, Fold fold) {
    Buffer value = Buffer.buffer(TYPICAL + entry.bytes());
    fold.value(entry, value);
    return value;
  }

  /**
   * An entry.
   *
   * @param value its value as JSON text
   */
  static Buffer entry(String key, Buffer value) {
    JsonWriter json = new JsonWriter(TYPICAL + key.length() + value.length());
    begin(key, json).value(value).endObject();
    return json.toBuffer();
  }

  /**
   * An entry.
   *
   * @param entry null for one that does not exist: its value is {@code null}
   */
  static Buffer entry(String key, @Nullable Entry entry, Fold fold) {
    return entry == null
        ? begin(key, new JsonWriter(TYPICAL)).nothing().endObject().toBuffer()
        : entry(key, value(entry, fold));
  }

  /** The entries of a page as elements of an array, without its brackets. */
  static Buffer elements(Entries.Page page) {
    JsonWriter json = new JsonWriter();
    write(page, json);
    return json.toBuffer();
  }

  /**
   * A page of entries.
   *
   * @param after the key that it was asked to begin behind; null for the beginning
   */
  static Buffer page(Entries.Page page, @Nullable String after) {
    JsonWriter json = new JsonWriter();
    json.beginObject().name(ENTRIES).beginArray();
    write(page, json);
    String next = page.entries().isEmpty() ? after : page.entries().lastKey();
    json.endArray().name(NEXT).string(next == null ? "" : next);
    json.name(COMPLETE).bool(page.complete()).endObject();
    return json.toBuffer();
  }

  private static void write(Entries.Page page, JsonWriter json) {
    page.entries()
        .forEach((key, entry) -> begin(key, json).value(value(entry, page.fold())).endObject());
  }

  private static JsonWriter begin(String key, JsonWriter json) {
    return json.beginObject().name(KEY).string(key).name(VALUE);
  }
}
