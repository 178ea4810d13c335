package penstock.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A JSON value as a part of a text, which is looked into without being converted, so that what is
 * not touched stays as it was sent: above all the digits of numbers. Immutable; any thread.
 *
 * <p>The type of a value is known by its first byte; what is within is read when it is asked for.
 */
public final class JsonValue {

  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  /** Quotes, colon and comma. */
  private static final int MEMBER_SYNTAX = 4;

  private final byte[] text;
  private final int from;
  private final int to;

  /** A part of a text, without white space around it. */
  JsonValue(byte[] text, int from, int to) {
    this.text = text;
    this.from = from;
    this.to = to;
  }

  /**
   * The value that the text is, with or without white space around it.
   *
   * @param text in UTF-8; not to be modified
   */
  public static JsonValue of(byte[] text) {
    int from = 0;
    int to = text.length;
    while (from < to && isSpace(text[from])) {
      from++;
    }
    while (to > from && isSpace(text[to - 1])) {
      to--;
    }
    return new JsonValue(text, from, to);
  }

  private static boolean isSpace(byte one) {
    return one == ' ' || one == '\t' || one == '\n' || one == '\r';
  }

  /** An object of these members, in their order. */
  public static JsonValue object(Map<String, JsonValue> members) {
    int capacity = 2;
    for (Map.Entry<String, JsonValue> member : members.entrySet()) {
      capacity += member.getKey().length() + MEMBER_SYNTAX + member.getValue().length();
    }
    var json = new JsonWriter(capacity).beginObject();
    members.forEach((name, value) -> json.name(name).value(value));
    return of(json.endObject().toBytes());
  }

  private int length() {
    return to - from;
  }

  public boolean isObject() {
    return from < to && text[from] == '{';
  }

  public boolean isString() {
    return from < to && text[from] == '"';
  }

  public boolean isNumber() {
    return from < to && (text[from] == '-' || text[from] >= '0' && text[from] <= '9');
  }

  public boolean isBoolean() {
    return is(TRUE) || is(FALSE);
  }

  public boolean isNull() {
    return is(NULL);
  }

  private boolean is(byte[] word) {
    return Arrays.equals(text, from, to, word, 0, word.length);
  }

  /** Whether a null may be somewhere within: certain if false. */
  public boolean mayHoldNull() {
    for (int i = from; i + NULL.length <= to; i++) {
      if (text[i] == 'n' && text[i + 1] == 'u' && text[i + 2] == 'l' && text[i + 3] == 'l') {
        return true;
      }
    }
    return false;
  }

  /** Whether the texts of both are the same, byte for byte. */
  public boolean hasSameText(JsonValue other) {
    return Arrays.equals(text, from, to, other.text, other.from, other.to);
  }

  /** A copy of the JSON text. */
  public byte[] bytes() {
    return Arrays.copyOfRange(text, from, to);
  }

  /** Of a string its characters, which may have half of a surrogate pair; else the JSON text. */
  public String text() {
    if (!isString()) {
      return toString();
    }
    var scanner = new JsonScanner(text, from);
    scanner.string();
    return scanner.text();
  }

  /**
   * The members of an object in their order; of equal names the last.
   *
   * @return to be modified at will
   * @throws JsonSyntaxException if this is not valid JSON, or no object
   */
  public Map<String, JsonValue> members() {
    var members = new LinkedHashMap<String, JsonValue>();
    var scanner = new JsonScanner(text, from);
    scanner.expect('{');
    if (!scanner.take('}')) {
      do {
        scanner.name();
        members.put(scanner.text(), scanner.value());
      } while (scanner.more('}'));
    }
    return members;
  }

  void appendTo(JsonWriter out) {
    out.value(text, from, to);
  }

  /** The JSON text. */
  @Override
  public String toString() {
    return new String(text, from, to - from, StandardCharsets.UTF_8);
  }
}
