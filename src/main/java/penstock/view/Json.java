package penstock.view;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value as a part of a text, which is looked into without being converted, so that what is
 * not touched stays as it was sent: above all the digits of numbers.
 *
 * <p>The text was checked when it was appended; text that is not JSON may be taken for something,
 * but never makes these methods run on or fail otherwise than with {@link FoldFailure}.
 */
final class Json {

  private final byte[] text;
  private final int from;
  private final int to;

  private Json(byte[] text, int from, int to) {
    this.text = text;
    this.from = from;
    this.to = to;
  }

  /** The value that the text is, with or without white space around it. */
  static Json of(byte[] text) {
    int from = 0;
    int to = text.length;
    while (from < to && isSpace(text[from])) {
      from++;
    }
    while (to > from && isSpace(text[to - 1])) {
      to--;
    }
    return new Json(text, from, to);
  }

  boolean isObject() {
    return from < to && text[from] == '{';
  }

  boolean isArray() {
    return from < to && text[from] == '[';
  }

  boolean isString() {
    return from < to && text[from] == '"';
  }

  boolean isNumber() {
    return from < to && (text[from] == '-' || text[from] >= '0' && text[from] <= '9');
  }

  boolean isBoolean() {
    return is("true") || is("false");
  }

  boolean isNull() {
    return is("null");
  }

  private boolean is(String word) {
    if (to - from != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (text[from + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a null may be somewhere within: certain if false. */
  boolean mayHoldNull() {
    for (int i = from; i + 4 <= to; i++) {
      if (text[i] == 'n' && text[i + 1] == 'u' && text[i + 2] == 'l' && text[i + 3] == 'l') {
        return true;
      }
    }
    return false;
  }

  boolean hasSameText(Json other) {
    return Arrays.equals(text, from, to, other.text, other.from, other.to);
  }

  byte[] bytes() {
    return Arrays.copyOfRange(text, from, to);
  }

  /** The text of a string without quotes and escapes, of anything else as it stands. */
  String asText() throws FoldFailure {
    return isString() ? unescape(from + 1, to - 1) : new String(text, from, to - from, utf8());
  }

  /** The members of an object in their order; of equal names the last. */
  Map<String, Json> members() throws FoldFailure {
    var members = new LinkedHashMap<String, Json>();
    new Scan().members((name, value) -> members.put(name, value));
    return members;
  }

  /** The member of an object or element of an array; null if there is none. */
  @Nullable Json child(String token) throws FoldFailure {
    if (isObject()) {
      return members().get(token);
    }
    return isArray() ? new Scan().element(token) : null;
  }

  static Json object(Map<String, Json> members) {
    var out = new ByteArrayOutputStream(64);
    out.write('{');
    for (Map.Entry<String, Json> member : members.entrySet()) {
      if (out.size() > 1) {
        out.write(',');
      }
      out.write('"');
      out.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(member.getKey()));
      out.write('"');
      out.write(':');
      Json value = member.getValue();
      out.write(value.text, value.from, value.to - value.from);
    }
    out.write('}');
    return of(out.toByteArray());
  }

  private String unescape(int start, int end) throws FoldFailure {
    int plain = start;
    while (plain < end && text[plain] != '\\') {
      plain++;
    }
    if (plain >= end) {
      return new String(text, start, Math.max(0, end - start), utf8());
    }
    var out = new StringBuilder(end - start);
    int at = start;
    while (at < end) {
      int run = at;
      while (run < end && text[run] != '\\') {
        run++;
      }
      out.append(new String(text, at, run - at, utf8()));
      at = run;
      if (at < end) {
        at = escape(at, end, out);
      }
    }
    for (int i = 0; i < out.length(); i++) {
      if (Character.isSurrogate(out.charAt(i))) {
        if (!Character.isHighSurrogate(out.charAt(i))
            || i + 1 == out.length()
            || !Character.isLowSurrogate(out.charAt(i + 1))) {
          throw new FoldFailure("a name or key in the data has half a surrogate pair");
        }
        i++;
      }
    }
    return out.toString();
  }

  private int escape(int at, int end, StringBuilder out) throws FoldFailure {
    if (at + 1 >= end) {
      throw notJson();
    }
    switch (text[at + 1]) {
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'u' -> {
        int code = 0;
        for (int i = at + 2; i < at + 6; i++) {
          int digit = i < end ? Character.digit(text[i], 16) : -1;
          if (digit < 0) {
            throw notJson();
          }
          code = code << 4 | digit;
        }
        out.append((char) code);
        return at + 6;
      }
      default -> out.append((char) text[at + 1]);
    }
    return at + 2;
  }

  private static java.nio.charset.Charset utf8() {
    return StandardCharsets.UTF_8;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
  }

  private static FoldFailure notJson() {
    return new FoldFailure("data is not valid JSON");
  }

  @FunctionalInterface
  private interface Members {
    void member(String name, Json value);
  }

  /** Goes over the children of an object or array. */
  private final class Scan {

    private int at = from + 1;

    void members(Members members) throws FoldFailure {
      skipSpace();
      if (next() == '}') {
        return;
      }
      do {
        skipSpace();
        int name = at;
        if (next() != '"') {
          throw notJson();
        }
        skipString();
        String unescaped = unescape(name + 1, at - 1);
        skipSpace();
        if (next() != ':') {
          throw notJson();
        }
        at++;
        members.member(unescaped, value());
      } while (another('}'));
    }

    @Nullable Json element(String token) throws FoldFailure {
      if (!token.matches("0|[1-9][0-9]{0,8}")) {
        return null;
      }
      int index = Integer.parseInt(token);
      skipSpace();
      if (next() == ']') {
        return null;
      }
      int i = 0;
      do {
        Json element = value();
        if (i++ == index) {
          return element;
        }
      } while (another(']'));
      return null;
    }

    private boolean another(char end) throws FoldFailure {
      skipSpace();
      byte b = next();
      at++;
      if (b != ',' && b != end) {
        throw notJson();
      }
      return b == ',';
    }

    private Json value() throws FoldFailure {
      skipSpace();
      int start = at;
      int depth = 0;
      do {
        switch (next()) {
          case '"' -> skipString();
          case '{', '[' -> {
            depth++;
            at++;
          }
          case '}', ']' -> {
            depth--;
            at++;
          }
          case ',', ':', ' ', '\t', '\n', '\r' -> {
            if (depth == 0) {
              throw notJson();
            }
            at++;
          }
          default -> skipWord();
        }
      } while (depth > 0);
      if (depth < 0 || at > to) {
        throw notJson();
      }
      return new Json(text, start, at);
    }

    /** A number, true, false or null. */
    private void skipWord() {
      while (at < to) {
        switch (text[at]) {
          case ',', ':', '}', ']', '{', '[', '"', ' ', '\t', '\n', '\r' -> {
            return;
          }
          default -> at++;
        }
      }
    }

    private void skipString() throws FoldFailure {
      at++;
      while (next() != '"') {
        at += text[at] == '\\' ? 2 : 1;
      }
      at++;
    }

    private void skipSpace() {
      while (at < to && isSpace(text[at])) {
        at++;
      }
    }

    private byte next() throws FoldFailure {
      if (at >= to) {
        throw notJson();
      }
      return text[at];
    }
  }
}
