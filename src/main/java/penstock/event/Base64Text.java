package penstock.event;

/** The form of base64 (RFC 4648, section 4): the standard alphabet, padded, nothing between. */
final class Base64Text {

  private static final int QUANTUM = 4;

  private Base64Text() {}

  static boolean isValid(String text) {
    int length = text.length();
    if (length % QUANTUM != 0) {
      return false;
    }
    int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    for (int i = 0; i < length - padding; i++) {
      char character = text.charAt(i);
      boolean inAlphabet =
          (character >= 'A' && character <= 'Z')
              || (character >= 'a' && character <= 'z')
              || (character >= '0' && character <= '9')
              || character == '+'
              || character == '/';
      if (!inAlphabet) {
        return false;
      }
    }
    return true;
  }
}
