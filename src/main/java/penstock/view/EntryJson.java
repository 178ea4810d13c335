package penstock.view;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** The JSON form of an entry, {@code {"key":...,"value":...}}. */
final class EntryJson {

  /** About what of a value is not in its entry's bytes. */
  static final int TYPICAL = 64;

  private EntryJson() {}

  /**
   * Appends it.
   *
   * @param entry null for one that does not exist: its value is {@code null}
   */
  static void write(String key, @Nullable Entry entry, Fold fold, Buffer out) {
    if (entry == null) {
      write(key, Buffer.buffer("null"), out);
    } else {
      Buffer value = Buffer.buffer(TYPICAL + entry.bytes());
      fold.value(entry, value);
      write(key, value, out);
    }
  }

  /**
   * Appends it.
   *
   * @param value JSON
   */
  static void write(String key, Buffer value, Buffer out) {
    out.appendString("{\"key\":");
    text(key, out);
    out.appendString(",\"value\":").appendBuffer(value).appendByte((byte) '}');
  }

  /** Appends a text as a JSON string. */
  static void text(String text, Buffer out) {
    out.appendByte((byte) '"')
        .appendBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text))
        .appendByte((byte) '"');
  }
}
