package penstock.json;

import java.util.Arrays;

/** Takes the white space between tokens out of JSON text. */
final class Compaction {

  private Compaction() {}

  /** A copy of a part of valid JSON text without white space outside strings. */
  static byte[] of(byte[] json, int from, int to) {
    byte[] compact = new byte[to - from];
    int length = 0;
    boolean inString = false;
    for (int i = from; i < to; i++) {
      byte next = json[i];
      // A byte beyond ASCII is negative, and only within strings.
      if (inString || next > ' ') {
        compact[length++] = next;
        if (next == '"') {
          inString = !inString;
        } else if (next == '\\') {
          compact[length++] = json[++i];
        }
      }
    }
    return Arrays.copyOf(compact, length);
  }
}
