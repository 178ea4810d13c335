package penstock.event;

import org.jspecify.annotations.Nullable;

/** Which characters the value of an attribute may have (CloudEvents 1.0.2, Type System). */
final class Characters {

  private static final String NONCHARACTER = "must not have Unicode noncharacters such as U+FFFE";

  private Characters() {}

  /** The rule that the text breaks; null if it is a good value. */
  static @Nullable String broken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (unit < ' ' || (unit >= 0x7F && unit <= 0x9F)) {
        return "must not have control characters (U+0000 to U+001F, U+007F to U+009F)";
      }
      if (Character.isSurrogate(unit)) {
        boolean pair =
            Character.isHighSurrogate(unit)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return "must not have half of a surrogate pair";
        }
        if ((text.codePointAt(i) & 0xFFFE) == 0xFFFE) {
          return NONCHARACTER;
        }
        i++;
      } else if ((unit >= 0xFDD0 && unit <= 0xFDEF) || unit >= 0xFFFE) {
        return NONCHARACTER;
      }
    }
    return null;
  }
}
