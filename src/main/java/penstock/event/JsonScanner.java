package penstock.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads JSON text (RFC 8259) from bytes that are known to be UTF-8: strictly, token by token,
 * without a tree. What is skipped is checked like the rest, and can be taken out as it stands.
 *
 * <p>Its bounds are within those of Jackson, so that what passes here can be read by it later.
 */
final class JsonScanner {

  /** Objects and arrays within each other. */
  static final int MAX_DEPTH = 500;

  /** Characters of a number. */
  static final int MAX_NUMBER = 1_000;

  /** Bytes of the name of a member. */
  static final int MAX_NAME = 50_000;

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
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

  JsonScanner(byte[] json) {
    this(json, 0);
  }

  JsonScanner(byte[] json, int from) {
    this.json = json;
    this.at = from;
  }

  /** The offset of the next byte. */
  int offset() {
    return at;
  }

  /** The first byte of the next token, after white space; 0 at the end. */
  byte peek() {
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
  boolean take(char token) {
    if (peek() == token) {
      at++;
      return true;
    }
    return false;
  }

  void expect(char token) {
    if (!take(token)) {
      throw error("there must be a '" + token + "'");
    }
  }

  void expectEnd() {
    if (peek() != 0) {
      throw error("there is something after the end of the JSON text");
    }
  }

  /** Reads a string and keeps its place for the methods below, until the next one is read. */
  void string() {
    if (peek() != '"') {
      throw error("there must be a string");
    }
    byte[] bytes = json;
    int i = at + 1;
    stringFrom = i;
    boolean escaped = false;
    boolean plain = true;
    while (true) {
      i = skipOrdinary(bytes, i);
      if (i >= bytes.length) {
        at = i;
        throw error("a string does not end");
      }
      byte special = bytes[i];
      if (special == '"') {
        break;
      } else if (special == '\\') {
        escaped = true;
        i = skipEscape(i);
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

  /** The offset of the first byte from here that is not a printable ASCII character as it is. */
  static int skipOrdinary(byte[] bytes, int from) {
    int i = from;
    while (i + 8 <= bytes.length) {
      long eight = (long) EIGHT.get(bytes, i);
      long quote = eight ^ (ONES * '"');
      long backslash = eight ^ (ONES * '\\');
      long delete = eight ^ (ONES * 0x7F);
      // In each byte the high bit says: it is zero here, or below ' ' there. A borrow can make it
      // wrong only above the first one that is right.
      long special =
          (((quote - ONES) & ~quote)
                  | ((backslash - ONES) & ~backslash)
                  | ((delete - ONES) & ~delete)
                  | ((eight - ONES * ' ') & ~eight)
                  | eight)
              & HIGH_BITS;
      if (special != 0) {
        return i + (Long.numberOfTrailingZeros(special) >>> 3);
      }
      i += 8;
    }
    while (i < bytes.length) {
      byte one = bytes[i];
      if (one == '"' || one == '\\' || one < ' ' || one == 0x7F) {
        return i;
      }
      i++;
    }
    return i;
  }

  private int skipEscape(int backslash) {
    at = backslash;
    byte kind = backslash + 1 < json.length ? json[backslash + 1] : 0;
    switch (kind) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return backslash + 2;
      }
      case 'u' -> {
        for (int i = backslash + 2; i < backslash + 6; i++) {
          if (i >= json.length || Character.digit(json[i], 16) < 0) {
            throw error("an escape is not \\u and four hexadecimal digits");
          }
        }
        return backslash + 6;
      }
      default -> throw error("there is no such escape");
    }
  }

  /** Reads the name of a member and the colon behind it. */
  void name() {
    string();
    if (stringTo - stringFrom > MAX_NAME) {
      throw new JsonSyntaxException(stringFrom, "a name is longer than " + MAX_NAME + " bytes");
    }
    if (stringEscaped && Characters.hasLoneSurrogate(text())) {
      throw new JsonSyntaxException(stringFrom, "a name has half of a surrogate pair");
    }
    expect(':');
  }

  /** Whether the last string is this one, given in ASCII or UTF-8 without need of escapes. */
  boolean stringIs(byte[] utf8) {
    return stringEscaped
        ? text().equals(new String(utf8, StandardCharsets.UTF_8))
        : Arrays.equals(json, stringFrom, stringTo, utf8, 0, utf8.length);
  }

  /** Whether the last string is of printable ASCII characters, none escaped. */
  boolean stringIsPlain() {
    return stringPlain;
  }

  /** The value of the last string. */
  String text() {
    return stringEscaped
        ? unescaped()
        : new String(json, stringFrom, stringTo - stringFrom, StandardCharsets.UTF_8);
  }

  private String unescaped() {
    var text = new StringBuilder(stringTo - stringFrom);
    int i = stringFrom;
    while (i < stringTo) {
      int run = i;
      while (i < stringTo && json[i] != '\\') {
        i++;
      }
      text.append(new String(json, run, i - run, StandardCharsets.UTF_8));
      if (i < stringTo) {
        byte kind = json[i + 1];
        if (kind == 'u') {
          int unit = 0;
          for (int digit = i + 2; digit < i + 6; digit++) {
            unit = unit << 4 | Character.digit(json[digit], 16);
          }
          text.append((char) unit);
          i += 6;
        } else {
          text.append(
              switch (kind) {
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                default -> (char) kind;
              });
          i += 2;
        }
      }
    }
    return text.toString();
  }

  /** Skips the next value, whatever it is; it is checked on the way. */
  void skipValue() {
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
  boolean more(char close) {
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

  /**
   * Skips the next value and gives a copy of it without white space outside strings, else as it
   * stands.
   */
  byte[] compactValue() {
    peek();
    int from = at;
    spaced = false;
    skipValue();
    return spaced ? compact(from, at) : Arrays.copyOfRange(json, from, at);
  }

  private byte[] compact(int from, int to) {
    byte[] compact = new byte[to - from];
    int length = 0;
    boolean inString = false;
    for (int i = from; i < to; i++) {
      byte next = json[i];
      if (inString || next > ' ') {
        compact[length++] = next;
        if (next == '"') {
          inString = !inString;
        } else if (next == '\\') {
          compact[length++] = json[++i];
        }
      }
    }
    return Arrays.copyOf(compact, length);
  }

  private JsonSyntaxException error(String rule) {
    return new JsonSyntaxException(at, rule);
  }
}
