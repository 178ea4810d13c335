package penstock.json;

import java.nio.charset.StandardCharsets;

/** The escapes within JSON strings (RFC 8259, section 7), and the text that they stand for. */
final class JsonEscapes {

  private static final int UNICODE_LENGTH = "\\u0000".length();

  private JsonEscapes() {}

  /** The text that a part of a string stands for, whose escapes were checked. */
  static String decode(byte[] json, int from, int to) {
    var text = new StringBuilder(to - from);
    int i = from;
    while (i < to) {
      int run = i;
      while (i < to && json[i] != '\\') {
        i++;
      }
      text.append(new String(json, run, i - run, StandardCharsets.UTF_8));
      if (i < to) {
        byte kind = json[i + 1];
        if (kind == 'u') {
          int unit = 0;
          for (int digit = i + 2; digit < i + UNICODE_LENGTH; digit++) {
            unit = unit << 4 | Character.digit(json[digit], 16);
          }
          text.append((char) unit);
          i += UNICODE_LENGTH;
        } else {
          text.append(character(kind));
          i += 2;
        }
      }
    }
    return text.toString();
  }

  private static char character(byte kind) {
    return switch (kind) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> (char) kind;
    };
  }

  /** The offset behind the escape that begins here. */
  static int end(byte[] json, int backslash) {
    switch (backslash + 1 < json.length ? json[backslash + 1] : 0) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return backslash + 2;
      }
      case 'u' -> {
        int end = backslash + UNICODE_LENGTH;
        for (int i = backslash + 2; i < end; i++) {
          if (i >= json.length || Character.digit(json[i], 16) < 0) {
            throw new JsonSyntaxException(
                backslash, "an escape is not \\u and four hexadecimal digits");
          }
        }
        return end;
      }
      default -> throw new JsonSyntaxException(backslash, "there is no such escape");
    }
  }

  /** The letter of the escape that a control character, quote or backslash has; 'u' if none. */
  static byte letter(byte character) {
    return switch (character) {
      case '"', '\\' -> character;
      case '\b' -> 'b';
      case '\f' -> 'f';
      case '\n' -> 'n';
      case '\r' -> 'r';
      case '\t' -> 't';
      default -> 'u';
    };
  }
}
