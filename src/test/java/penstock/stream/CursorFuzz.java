package penstock.stream;

import java.nio.charset.StandardCharsets;
import java.util.List;
import penstock.problem.ProblemException;

/** Any text is a cursor, or refused; a cursor comes back as it was and can be judged. */
public final class CursorFuzz {

  private CursorFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    try {
      StartPosition.parse(text);
    } catch (ProblemException refused) {
      // as it may be
    }
    Cursor cursor;
    try {
      cursor = Cursor.parse(text);
    } catch (ProblemException refused) {
      return;
    }
    String again = cursor.encode();
    if (!Cursor.parse(again).equals(cursor)) {
      throw new AssertionError(cursor + " became " + Cursor.parse(again));
    }
    if (again.length() > Cursor.longest(cursor.places().size())) {
      throw new AssertionError("longer than the longest: " + again);
    }
    if (cursor.obstacle(cursor.scope(), List.of()).isEmpty()) {
      throw new AssertionError("good for a stream without partitions");
    }
  }
}
