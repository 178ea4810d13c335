package penstock.feed;

import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;
import penstock.stream.Start;

/**
 * Where a reader wants to begin.
 *
 * @param refused why it cannot, if that is known already
 */
record Wish(Start start, @Nullable ResetReason refused) {

  /**
   * Of a request.
   *
   * @param start what its parameters say
   * @param last {@code Last-Event-ID}, which may be anything and takes precedence; null or empty
   *     without one
   */
  static Wish of(Start start, @Nullable String last) {
    if (last == null || last.isEmpty()) {
      return new Wish(start, null);
    }
    try {
      Cursor cursor = Cursor.parse(last);
      if (cursor.isWhole()) {
        return new Wish(new Start.At(cursor), null);
      }
    } catch (ProblemException malformed) {
      // then it is not from here
    }
    return new Wish(new Start.Earliest(), ResetReason.FOREIGN);
  }
}
