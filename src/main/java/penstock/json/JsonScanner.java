package penstock.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads JSON text (RFC 8259) from bytes that are known to be UTF-8: strictly, token by token,
 * without a tree. What is skipped is checked like the rest, and can be taken out as it stands.
 *
 * <p>Its bounds are within those of Jackson, so that what passes here can be read by it later.
 *
 * <p>By hand, since the same reader of events on Jackson's streaming parser, with data copied as it
 * stands, takes 2.2 times as long for an event of 1 KB and 2.0 times for a batch of 100 of them;
 * see {@code docs/decisions/012-by-hand-or-by-library.md}.
 */
public final class JsonScanner {

  /** Objects and arrays within each other. */
  public static final int MAX_DEPTH = 500;

  /** Characters of a number. */
  public static final int MAX_NUMBER = 1_000;

  /** Bytes of the name of a member. */
  public static final int MAX_NAME = 50_000;

  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  private final byte[] json;
  private int at;
  private boolean spaced;
  private int stringFrom;
  private int stringTo;
  private boolean stringEscaped;
  private boolean stringPlain;

  public JsonScanner(byte[] json) {
    this(json, 0);
  }

  JsonScanner(byte[] json, int from) {
    this.json = json;
    this.at = from;
  }

  /** The offset of the next byte. */
  public int offset() {
    return at;
  }

  /** The first byte of the next token, after white space; 0 at the end. */
  public byte peek() {
    while (at < json.length) {
      byte next = json[at];
      if (next > ' ') {
        return next;
      }
      if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
        if (next < 0) {
          return next;
        }
        throw error("there is a control character");
      }
      spaced = true;
      at++;
    }
    return 0;
  }

  /** Takes the next token if it is this one. */
  public boolean take(char token) {
    if (peek() == token) {
      at++;
      return true;
    }
    return false;
  }

  public void expect(char token) {
    if (!take(token)) {
      throw error("there must be a '" + token + "'");
    }
  }

  public void expectEnd() {
    if (peek() != 0) {
      throw error("there is something after the end of the JSON text");
    }
  }

  /** Reads a string and keeps its place for the methods below, until the next one is read. */
  public void string() {
    if (peek() != '"') {
      throw error("there must be a string");
    }
    byte[] bytes = json;
    int i = at + 1;
    stringFrom = i;
    boolean escaped = false;
    boolean plain = true;
    while (true) {
      i = PlainRun.end(bytes, i);
      if (i >= bytes.length) {
        at = i;
        throw error("a string does not end");
      }
      byte special = bytes[i];
      if (special == '"') {
        break;
      } else if (special == '\\') {
        escaped = true;
        i = JsonEscapes.end(bytes, i);
      } else if (special >= 0 && special < ' ') {
        at = i;
        throw error("a control character in a string is not escaped");
      } else {
        plain = false;
        do {
          i++;
        } while (i < bytes.length && bytes[i] < 0);
      }
    }
    stringTo = i;
    stringEscaped = escaped;
    stringPlain = plain && !escaped;
    at = i + 1;
  }

  /** Reads the name of a member and the colon behind it. */
  public void name() {
    string();
    if (stringTo - stringFrom > MAX_NAME) {
      throw new JsonSyntaxException(stringFrom, "a name is longer than " + MAX_NAME + " bytes");
    }
    if (stringEscaped && Utf8.hasLoneSurrogate(text())) {
      throw new JsonSyntaxException(stringFrom, "a name has half of a surrogate pair");
    }
    expect(':');
  }

  /** Whether the last string is this one, given in ASCII or UTF-8 without need of escapes. */
  public boolean stringIs(byte[] utf8) {
    return stringEscaped
        ? text().equals(new String(utf8, StandardCharsets.UTF_8))
        : Arrays.equals(json, stringFrom, stringTo, utf8, 0, utf8.length);
  }

  /** Whether the last string is of printable ASCII characters, none escaped. */
  public boolean stringIsPlain() {
    return stringPlain;
  }

  /** The value of the last string. */
  public String text() {
    return stringEscaped
        ? JsonEscapes.decode(json, stringFrom, stringTo)
        : new String(json, stringFrom, stringTo - stringFrom, StandardCharsets.UTF_8);
  }

  /** Skips the next value, whatever it is; it is checked on the way. */
  public void skipValue() {
    skipValue(0);
  }

  private void skipValue(int depth) {
    switch (peek()) {
      case '"' -> string();
      case '{' -> skipObject(depth + 1);
      case '[' -> skipArray(depth + 1);
      case 't' -> literal(TRUE);
      case 'f' -> literal(FALSE);
      case 'n' -> literal(NULL);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      case 0 -> throw error("the JSON text ends too early");
      default -> throw error("there must be a value");
    }
  }

  private void skipObject(int depth) {
    enter(depth);
    if (take('}')) {
      return;
    }
    do {
      name();
      skipValue(depth);
    } while (more('}'));
  }

  private void skipArray(int depth) {
    enter(depth);
    if (take(']')) {
      return;
    }
    do {
      skipValue(depth);
    } while (more(']'));
  }

  /** After a member or element: takes a comma, or else the end, which must be there. */
  public boolean more(char close) {
    byte next = peek();
    if (next == ',') {
      at++;
      return true;
    }
    if (next != close) {
      throw error("there must be a ',' or a '" + close + "'");
    }
    at++;
    return false;
  }

  private void enter(int depth) {
    if (depth > MAX_DEPTH) {
      throw error("the JSON text is nested deeper than " + MAX_DEPTH + " levels");
    }
    at++;
  }

  private void literal(byte[] word) {
    if (json.length - at < word.length
        || !Arrays.equals(json, at, at + word.length, word, 0, word.length)) {
      throw error("there must be a value");
    }
    at += word.length;
  }

  private void number() {
    int from = at;
    if (json[at] == '-') {
      at++;
    }
    if (at < json.length && json[at] == '0') {
      at++;
    } else {
      digits();
    }
    if (at < json.length && json[at] == '.') {
      at++;
      digits();
    }
    if (at < json.length && (json[at] == 'e' || json[at] == 'E')) {
      at++;
      if (at < json.length && (json[at] == '+' || json[at] == '-')) {
        at++;
      }
      digits();
    }
    if (at - from > MAX_NUMBER) {
      throw new JsonSyntaxException(from, "a number is longer than " + MAX_NUMBER + " characters");
    }
  }

  private void digits() {
    int from = at;
    while (at < json.length && json[at] >= '0' && json[at] <= '9') {
      at++;
    }
    if (at == from) {
      throw error("a number lacks a digit");
    }
  }

  /** Skips the next value and gives it as it stands. */
  JsonValue value() {
    peek();
    int from = at;
    skipValue();
    return new JsonValue(json, from, at);
  }

  /**
   * Skips the next value and gives a copy of it without white space outside strings, else as it
   * stands.
   */
  public byte[] compactValue() {
    peek();
    int from = at;
    spaced = false;
    skipValue();
    return spaced ? Compaction.of(json, from, at) : Arrays.copyOfRange(json, from, at);
  }

  private JsonSyntaxException error(String rule) {
    return new JsonSyntaxException(at, rule);
  }
}
