package penstock.http;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a request's first line says that it is about (RFC 9112, 3.2), as the framework can read it.
 *
 * <p>Browsers send some characters as they are that a URI must not have, such as {@code |} in a
 * query (the URL standard's query percent-encode set); so do tools that send UTF-8. What they mean
 * is plain, so they are percent-encoded here. An escape that is none, such as {@code %zz}, may mean
 * anything.
 */
final class RequestTarget {

  /** About the server, and not about anything on it. */
  static final String ALL = "/*";

  private static final String ANY = "*";
  private static final int ASCII = 128;
  private static final String MARKS = "-._~!$&'()*+,;=:@/?";

  /** What stands in a path or a query as it is (RFC 3986, 3.3 and 3.4). */
  private static final boolean[] PLAIN = new boolean[ASCII];

  static {
    for (char c = 0; c < ASCII; c++) {
      PLAIN[c] =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || MARKS.indexOf(c) >= 0;
    }
  }

  private RequestTarget() {}

  /**
   * The path and query; the same text if there is nothing to do.
   *
   * @param sent a character for each byte
   * @return null if it cannot be told what is meant
   */
  static @Nullable String read(String sent) {
    String origin = originForm(sent);
    if (origin == null) {
      return null;
    }
    for (int i = 0; i < origin.length(); i++) {
      char c = origin.charAt(i);
      if (c >= ASCII || !PLAIN[c]) {
        return encode(origin, i);
      }
    }
    return origin;
  }

  /** Without scheme and host, which a proxy's client sends (RFC 9112, 3.2.2). */
  private static @Nullable String originForm(String sent) {
    if (sent.startsWith("/")) {
      return sent;
    }
    if (sent.equals(ANY)) {
      return ALL;
    }
    if (!sent.startsWith("http://") && !sent.startsWith("https://")) {
      return null;
    }
    int path = sent.indexOf('/', sent.indexOf("://") + 3);
    return path < 0 ? "/" : sent.substring(path);
  }

  private static @Nullable String encode(String origin, int from) {
    var encoded = new StringBuilder(origin.length() + 16).append(origin, 0, from);
    for (int i = from; i < origin.length(); i++) {
      char c = origin.charAt(i);
      if (c == '%') {
        if (!isEscape(origin, i)) {
          return null;
        }
        encoded.append(c);
      } else if (c < ASCII && PLAIN[c]) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
      }
    }
    return encoded.toString();
  }

  private static boolean isEscape(String text, int at) {
    return at + 2 < text.length()
        && HexFormat.isHexDigit(text.charAt(at + 1))
        && HexFormat.isHexDigit(text.charAt(at + 2));
  }
}
