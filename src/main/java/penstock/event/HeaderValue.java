package penstock.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import penstock.json.Utf8;

/** How HTTP headers carry attributes (HTTP binding 1.0.2, section 3.1.3.2). */
final class HeaderValue {

  /** A header that carries no value. Has no stack trace: it is an answer to a sender. */
  static final class Broken extends Exception {

    private static final long serialVersionUID = 1L;

    private final String rule;

    /**
     * @param rule that is broken, as it ends "The attribute ..."
     */
    Broken(String rule) {
      super(rule, null, false, false);
      this.rule = rule;
    }

    String rule() {
      return rule;
    }
  }

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private HeaderValue() {}

  /**
   * The value as a header carries it: what is no visible ASCII character, double quotes and percent
   * signs are percent-encoded in UTF-8.
   */
  static String encode(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (!standsForItself(value.charAt(i))) {
        return percentEncoded(value);
      }
    }
    return value;
  }

  private static boolean standsForItself(int character) {
    return character > ' ' && character <= '~' && character != '"' && character != '%';
  }

  private static String percentEncoded(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    var header = new StringBuilder(3 * utf8.length);
    for (byte one : utf8) {
      if (standsForItself(one)) {
        header.append((char) one);
      } else {
        header.append('%').append(HEX[(one & 0xFF) >> 4]).append(HEX[one & 0xF]);
      }
    }
    return header.toString();
  }

  /**
   * The value of an attribute: freed of double quotes, if it is a quoted string as a whole, then
   * percent-decoded once.
   */
  static String decode(String header) throws Broken {
    for (int i = 0; i < header.length(); i++) {
      char character = header.charAt(i);
      if ((character < ' ' && character != '\t') || character > '~') {
        throw new Broken("must have characters beyond printable ASCII percent-encoded");
      }
    }
    String text = header.startsWith("\"") ? unquoted(header) : header;
    return text.indexOf('%') < 0 ? text : percentDecoded(text);
  }

  private static String unquoted(String header) throws Broken {
    var text = new StringBuilder(header.length());
    int last = header.length() - 1;
    int i = 1;
    while (i < last && header.charAt(i) != '"') {
      if (header.charAt(i) == '\\') {
        i++;
      }
      text.append(header.charAt(i++));
    }
    if (i != last || header.charAt(last) != '"') {
      throw new Broken("begins with a double quote, but is not one quoted string");
    }
    return text.toString();
  }

  private static String percentDecoded(String text) throws Broken {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte next = bytes[i];
      if (next == '%') {
        int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
        int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw new Broken("has a '%' without two hexadecimal digits");
        }
        next = (byte) (high << 4 | low);
        i += 2;
      }
      bytes[length++] = next;
    }
    byte[] decoded = Arrays.copyOf(bytes, length);
    if (Utf8.firstBroken(decoded) >= 0) {
      throw new Broken("must be valid UTF-8 after percent-decoding");
    }
    return new String(decoded, StandardCharsets.UTF_8);
  }
}
