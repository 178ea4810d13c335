package penstock.event;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A media type (RFC 2046, in the grammar of RFC 9110, section 8.3.1).
 *
 * <p>By hand, since the parsers at hand are made to get on with anything: of the 21 texts that are
 * refused here by a test, that of Jakarta REST takes 13, that of Vert.x Web 20, and Netty's looks
 * for a semicolon only. An event's {@code datacontenttype} must be what the specification says.
 *
 * @param type in lower case
 * @param subtype in lower case
 * @param charset the parameter of this name in lower case; null if there is none
 */
record MediaType(String type, String subtype, @Nullable String charset) {

  static final String JSON = "application/json";
  static final String EVENT = "application/cloudevents+json";
  static final String BATCH = "application/cloudevents-batch+json";

  /** Nearly all that is ever sent, so that it need not be parsed. */
  private static final Map<String, MediaType> COMMON =
      Map.of(
          JSON,
          new MediaType("application", "json", null),
          EVENT,
          new MediaType("application", "cloudevents+json", null),
          BATCH,
          new MediaType("application", "cloudevents-batch+json", null));

  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

  /** Null if the text is no media type. */
  static @Nullable MediaType parse(String text) {
    MediaType common = COMMON.get(text);
    return common != null ? common : parseUncommon(text);
  }

  private static @Nullable MediaType parseUncommon(String text) {
    int slash = tokenEnd(text, 0);
    if (slash == 0 || slash == text.length() || text.charAt(slash) != '/') {
      return null;
    }
    int end = tokenEnd(text, slash + 1);
    if (end == slash + 1) {
      return null;
    }
    String charset = null;
    int at = skipSpace(text, end);
    while (at < text.length()) {
      if (text.charAt(at) != ';') {
        return null;
      }
      int name = skipSpace(text, at + 1);
      if (name == text.length() || text.charAt(name) == ';') {
        at = name;
        continue;
      }
      int equals = tokenEnd(text, name);
      if (equals == name || equals == text.length() || text.charAt(equals) != '=') {
        return null;
      }
      int valueEnd = valueEnd(text, equals + 1);
      if (valueEnd <= equals + 1) {
        return null;
      }
      if (text.substring(name, equals).equalsIgnoreCase("charset")) {
        charset = unquoted(text.substring(equals + 1, valueEnd)).toLowerCase(Locale.ROOT);
      }
      at = skipSpace(text, valueEnd);
    }
    return new MediaType(
        text.substring(0, slash).toLowerCase(Locale.ROOT),
        text.substring(slash + 1, end).toLowerCase(Locale.ROOT),
        charset);
  }

  /** Whether it declares JSON, as the CloudEvents JSON format has it (section 3.1.1). */
  boolean isJson() {
    return subtype.equals("json") || subtype.endsWith("+json");
  }

  boolean isText() {
    return type.equals("text");
  }

  /** Whether what it declares is in UTF-8 if it is text at all. */
  boolean isUtf8() {
    return charset == null || charset.equals("utf-8") || charset.equals("utf8");
  }

  private static int tokenEnd(String text, int from) {
    int end = from;
    while (end < text.length() && isTokenCharacter(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isTokenCharacter(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || TOKEN_MARKS.indexOf(character) >= 0;
  }

  private static int skipSpace(String text, int from) {
    int at = from;
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  /** The end of a token or quoted string; {@code from} if there is none. */
  private static int valueEnd(String text, int from) {
    if (from == text.length() || text.charAt(from) != '"') {
      return tokenEnd(text, from);
    }
    for (int i = from + 1; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '"' -> {
          return i + 1;
        }
        case '\\' -> i++;
        default -> {}
      }
    }
    return from;
  }

  private static String unquoted(String value) {
    return value.charAt(0) == '"'
        ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1")
        : value;
  }
}
