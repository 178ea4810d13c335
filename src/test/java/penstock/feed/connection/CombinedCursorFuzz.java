package penstock.feed.connection;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import penstock.problem.ProblemException;
import penstock.stream.Cursor;

/** Any text is the cursor of several feeds, or refused; its parts make up the same one. */
public final class CombinedCursorFuzz {

  private CombinedCursorFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    CombinedCursor cursor;
    try {
      cursor = CombinedCursor.parse(new String(input, StandardCharsets.ISO_8859_1));
    } catch (ProblemException refused) {
      return;
    }
    String again =
        cursor.cursors().stream()
            .map(one -> CombinedCursor.SEPARATOR + one.encode())
            .collect(Collectors.joining("", CombinedCursor.VERSION, ""));
    if (!CombinedCursor.parse(again).equals(cursor)) {
      throw new AssertionError("became " + again);
    }
    for (Cursor one : cursor.cursors()) {
      if (cursor.of(one.scope().identity()).isEmpty()) {
        throw new AssertionError("lost " + one);
      }
    }
  }
}
