package penstock.event;

import io.netty.util.NetUtil;

/**
 * The grammar of URIs (RFC 3986, appendix A).
 *
 * <p>By hand, since {@link java.net.URI} has the one before it (RFC 2396), changed: it takes {@code
 * é} and {@code //h:x}, refuses {@code urn:} and {@code //}, and takes 3.8 times as long.
 */
final class UriSyntax {

  private static final String UNRESERVED = "-._~";
  private static final String SUB_DELIMS = "!$&'()*+,;=";
  private static final boolean[] REG_NAME = letters(UNRESERVED + SUB_DELIMS);
  private static final boolean[] USER_INFO = letters(UNRESERVED + SUB_DELIMS + ":");
  private static final boolean[] PATH = letters(UNRESERVED + SUB_DELIMS + ":@/");
  private static final boolean[] QUERY = letters(UNRESERVED + SUB_DELIMS + ":@/?");
  private static final boolean[] SCHEME = letters("+-.");

  private UriSyntax() {}

  /** Whether the text is a URI or a relative reference (section 4.1). */
  static boolean isReference(String text) {
    int scheme = schemeEnd(text);
    if (scheme < 0) {
      return false;
    }
    int fragment = text.indexOf('#', scheme);
    int end = fragment < 0 ? text.length() : fragment;
    return isHierarchy(text, scheme, end)
        && (fragment < 0 || isOf(QUERY, text, fragment + 1, text.length()));
  }

  /** Whether the text is a URI with a scheme and without a fragment (section 4.3). */
  static boolean isAbsolute(String text) {
    return schemeEnd(text) > 0 && text.indexOf('#') < 0 && isReference(text);
  }

  /** The index behind the colon of the scheme; 0 if there is none; negative if it is bad. */
  private static int schemeEnd(String text) {
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case ':' -> {
          boolean good = i > 0 && isLetter(text.charAt(0)) && isOf(SCHEME, text, 0, i);
          return good ? i + 1 : -1;
        }
        case '/', '?', '#' -> {
          return 0;
        }
        default -> {}
      }
    }
    return 0;
  }

  /** Authority, path and query. */
  private static boolean isHierarchy(String text, int from, int to) {
    int query = text.indexOf('?', from);
    int pathEnd = query < 0 || query > to ? to : query;
    if (pathEnd < to && !isOf(QUERY, text, pathEnd + 1, to)) {
      return false;
    }
    if (!text.startsWith("//", from)) {
      return isOf(PATH, text, from, pathEnd);
    }
    int path = text.indexOf('/', from + 2);
    int authorityEnd = path < 0 || path > pathEnd ? pathEnd : path;
    return isAuthority(text, from + 2, authorityEnd) && isOf(PATH, text, authorityEnd, pathEnd);
  }

  private static boolean isAuthority(String text, int from, int to) {
    int at = text.lastIndexOf('@', to - 1);
    int host = from;
    if (at >= from) {
      if (!isOf(USER_INFO, text, from, at)) {
        return false;
      }
      host = at + 1;
    }
    int hostEnd;
    if (host < to && text.charAt(host) == '[') {
      hostEnd = text.indexOf(']', host) + 1;
      if (hostEnd == 0 || hostEnd > to || !isAddress(text.substring(host + 1, hostEnd - 1))) {
        return false;
      }
    } else {
      int colon = text.indexOf(':', host);
      hostEnd = colon < 0 || colon > to ? to : colon;
      if (!isOf(REG_NAME, text, host, hostEnd)) {
        return false;
      }
    }
    return hostEnd == to || (text.charAt(hostEnd) == ':' && isPort(text, hostEnd + 1, to));
  }

  private static boolean isPort(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** An IPv6 address, or one of a later version (IPvFuture). */
  private static boolean isAddress(String text) {
    if (text.startsWith("v") || text.startsWith("V")) {
      int dot = text.indexOf('.');
      return dot > 1
          && dot + 1 < text.length()
          && text.substring(1, dot).chars().allMatch(digit -> Character.digit(digit, 16) >= 0)
          && text.indexOf('%') < 0
          && isOf(USER_INFO, text, dot + 1, text.length());
    }
    return text.indexOf('%') < 0 && !text.startsWith("[") && NetUtil.isValidIpV6Address(text);
  }

  private static boolean isOf(boolean[] allowed, String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char character = text.charAt(i);
      if (character == '%') {
        if (i + 3 > to || !isHex(text.charAt(i + 1)) || !isHex(text.charAt(i + 2))) {
          return false;
        }
        i += 2;
      } else if (character >= allowed.length || !allowed[character]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHex(char character) {
    return character < 0x80 && Character.digit(character, 16) >= 0;
  }

  private static boolean isLetter(char character) {
    return (character | 0x20) >= 'a' && (character | 0x20) <= 'z';
  }

  /** Letters, digits and these. */
  private static boolean[] letters(String more) {
    var letters = new boolean[0x80];
    for (char c = '0'; c <= '9'; c++) {
      letters[c] = true;
    }
    for (char c = 'a'; c <= 'z'; c++) {
      letters[c] = true;
      letters[Character.toUpperCase(c)] = true;
    }
    for (int i = 0; i < more.length(); i++) {
      letters[more.charAt(i)] = true;
    }
    return letters;
  }
}
