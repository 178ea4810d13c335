package penstock.json;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes JSON text in UTF-8 on one line: sets commas and quotes, and escapes what must be, as
 * Jackson does. What is begun must be ended, and each member of an object is a name and a value;
 * that is not checked. For one thread.
 *
 * <p>It grows in an array of its own and is appended to a buffer as a whole, since each append to a
 * buffer costs more than what is appended.
 */
public final class JsonWriter {

  /** Most events fit. */
  private static final int TYPICAL = 1024;

  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes;
  private int length;

  /** Whether a value comes before, so that the next one needs a comma. */
  private boolean follows;

  public JsonWriter() {
    this(TYPICAL);
  }

  /**
   * @param capacity bytes that it has room for before it grows
   */
  public JsonWriter(int capacity) {
    bytes = new byte[capacity];
  }

  public JsonWriter beginObject() {
    return begin('{');
  }

  public JsonWriter endObject() {
    return end('}');
  }

  public JsonWriter beginArray() {
    return begin('[');
  }

  public JsonWriter endArray() {
    return end(']');
  }

  private JsonWriter begin(char bracket) {
    comma();
    one((byte) bracket);
    follows = false;
    return this;
  }

  private JsonWriter end(char bracket) {
    one((byte) bracket);
    follows = true;
    return this;
  }

  public JsonWriter name(JsonName name) {
    comma();
    all(name.quoted());
    follows = false;
    return this;
  }

  public JsonWriter name(String name) {
    string(name);
    one((byte) ':');
    follows = false;
    return this;
  }

  /**
   * The text as a JSON string.
   *
   * @param text that UTF-8 can carry
   */
  public JsonWriter string(String text) {
    comma();
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    reserve(utf8.length + 2);
    bytes[length++] = '"';
    int from = 0;
    while (from < utf8.length) {
      int special = PlainRun.end(utf8, from);
      some(utf8, from, special);
      from = special;
      // What ends a run is written here in any case, so that each round gets on.
      if (from < utf8.length) {
        character(utf8[from++]);
      }
      while (from < utf8.length && mayNotBePlain(utf8[from])) {
        character(utf8[from++]);
      }
    }
    one((byte) '"');
    follows = true;
    return this;
  }

  private static boolean mayNotBePlain(byte one) {
    return one < ' ' || one == '"' || one == '\\';
  }

  private void character(byte one) {
    if (one < 0 || !mayNotBePlain(one)) {
      one(one);
      return;
    }
    byte letter = JsonEscapes.letter(one);
    one((byte) '\\');
    one(letter);
    if (letter == 'u') {
      one((byte) '0');
      one((byte) '0');
      one(HEX[one >> 4]);
      one(HEX[one & 0xF]);
    }
  }

  public JsonWriter number(long number) {
    return value(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
  }

  public JsonWriter bool(boolean value) {
    return value(value ? TRUE : FALSE);
  }

  public JsonWriter nothing() {
    return value(NULL);
  }

  /**
   * A value as it stands.
   *
   * @param json valid JSON text in UTF-8
   */
  public JsonWriter value(byte[] json) {
    return value(json, 0, json.length);
  }

  public JsonWriter value(JsonValue json) {
    json.appendTo(this);
    return this;
  }

  public JsonWriter value(Buffer json) {
    comma();
    reserve(json.length());
    json.getBytes(bytes, length);
    length += json.length();
    follows = true;
    return this;
  }

  JsonWriter value(byte[] json, int from, int to) {
    comma();
    some(json, from, to);
    follows = true;
    return this;
  }

  private void comma() {
    if (follows) {
      one((byte) ',');
    }
  }

  private void one(byte one) {
    reserve(1);
    bytes[length++] = one;
  }

  private void all(byte[] json) {
    some(json, 0, json.length);
  }

  private void some(byte[] json, int from, int to) {
    reserve(to - from);
    System.arraycopy(json, from, bytes, length, to - from);
    length += to - from;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  /** Appends what is written so far. */
  public void appendTo(Buffer out) {
    out.appendBytes(bytes, 0, length);
  }

  /** What is written so far, in a buffer of its own. */
  public Buffer toBuffer() {
    return Buffer.buffer(length).appendBytes(bytes, 0, length);
  }

  /** A copy of what is written so far. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }
}
