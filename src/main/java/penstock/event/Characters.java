package penstock.event;

import org.jspecify.annotations.Nullable;

/** Which characters the value of an attribute may have (CloudEvents 1.0.2, Type System). */
final class Characters {

  static final String LONE_SURROGATE = "must not have half of a surrogate pair";

  private static final String NONCHARACTER = "must not have Unicode noncharacters such as U+FFFE";

  private Characters() {}

  /** The rule that the text breaks; null if it is a good value. */
  static @Nullable String broken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (unit < ' ' || (unit >= 0x7F && unit <= 0x9F)) {
        return "must not have control characters (U+0000 to U+001F, U+007F to U+009F)";
      }
      if (unit >= Character.MIN_SURROGATE) {
        int character = text.codePointAt(i);
        if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
          return LONE_SURROGATE;
        }
        if ((character & 0xFFFE) == 0xFFFE || (character >= 0xFDD0 && character <= 0xFDEF)) {
          return NONCHARACTER;
        }
        i += Character.charCount(character) - 1;
      }
    }
    return null;
  }
}
