package penstock.event;

import java.util.Base64;

/** The form of base64 (RFC 4648, section 4): the standard alphabet, padded, nothing between. */
final class Base64Text {

  private static final int QUANTUM = 4;

  private Base64Text() {}

  static boolean isValid(String text) {
    // The decoder of the platform also takes text without its padding.
    if (text.length() % QUANTUM != 0) {
      return false;
    }
    try {
      Base64.getDecoder().decode(text);
      return true;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }
}
