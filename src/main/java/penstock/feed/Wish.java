package penstock.feed;

import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;
import penstock.problem.Parameters;
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
   * Reads {@code Last-Event-ID}, which may be anything, and {@code cursor} or {@code since}, of
   * which a malformed one is a problem.
   *
   * @param without what is wanted if neither is given
   */
  static Wish of(HttpServerRequest request, String without) {
    Start start = Start.of(new Parameters(request), without);
    String last = request.getHeader("Last-Event-ID");
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
