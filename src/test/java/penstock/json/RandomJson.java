package penstock.json;

import java.util.ArrayList;
import java.util.Random;

/** JSON text to try things on: of every kind of value, with white space and with escapes. */
final class RandomJson {

  private static final String[] SPACES = {"", "", "", " ", "\n", "\t \r"};
  private static final String[] PIECES = {
    "a",
    "0",
    "\"",
    "\\",
    "/",
    "\\n",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\u0000",
    "é",
    "€",
    "😀",
    " ",
    "\\\"",
    "\\\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\u007F",
    "longer than eight bytes, all plain"
  };
  private static final String[] NUMBERS = {
    "0", "-0", "7", "-12", "1.10", "1e400", "-1.5E-7", "0.0", "2E+3", "12345678901234567890.123"
  };

  private RandomJson() {}

  /** One value, with white space around it at times. */
  static String document(Random random) {
    return spaced(random, value(random, 0));
  }

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 5 : 8)) {
      case 0 -> "true";
      case 1 -> random.nextBoolean() ? "false" : "null";
      case 2 -> NUMBERS[random.nextInt(NUMBERS.length)];
      case 3, 4 -> string(random);
      case 5 -> "[" + values(random, depth, "") + "]";
      default -> "{" + values(random, depth, ":") + "}";
    };
  }

  private static String values(Random random, int depth, String colon) {
    var values = new ArrayList<String>();
    for (int i = random.nextInt(4); i > 0; i--) {
      String name = colon.isEmpty() ? "" : spaced(random, string(random)) + colon;
      values.add(name + spaced(random, value(random, depth + 1)));
    }
    return values.isEmpty() ? spaced(random, "") : String.join(",", values);
  }

  /** A string in quotes, at times with escapes or beyond ASCII. */
  static String string(Random random) {
    var string = new StringBuilder("\"");
    for (int i = random.nextInt(6); i > 0; i--) {
      String piece = PIECES[random.nextInt(PIECES.length)];
      string.append(piece.equals("\"") || piece.equals("\\") ? "\\" + piece : piece);
    }
    return string.append('"').toString();
  }

  private static String spaced(Random random, String token) {
    return SPACES[random.nextInt(SPACES.length)] + token + SPACES[random.nextInt(SPACES.length)];
  }
}
