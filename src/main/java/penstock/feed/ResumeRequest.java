package penstock.feed;

import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;
import penstock.stream.StartPosition;

/**
 * Where a reader wants to begin.
 *
 * @param refused why it cannot, if that is known already
 */
public record ResumeRequest(StartPosition start, @Nullable ResetReason refused) {

  /**
   * Of a request.
   *
   * @param start what its parameters say
   * @param last {@code Last-Event-ID}, which may be anything and takes precedence; null or empty
   *     without one
   */
  public static ResumeRequest of(StartPosition start, @Nullable String last) {
    if (last == null || last.isEmpty()) {
      return new ResumeRequest(start, null);
    }
    try {
      Cursor cursor = Cursor.parse(last);
      if (cursor.isWhole()) {
        return new ResumeRequest(new StartPosition.At(cursor), null);
      }
    } catch (ProblemException malformed) {
      // then it is not from here
    }
    return new ResumeRequest(new StartPosition.Earliest(), ResetReason.FOREIGN);
  }
}
