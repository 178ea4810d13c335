package penstock.feed.http;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.feed.ResumeRequest;
import penstock.feed.connection.CombinedCursor;
import penstock.problem.ProblemException;
import penstock.stream.CursorScope;
import penstock.stream.ResetReason;
import penstock.stream.StartPosition;

/**
 * Where each of several feeds over one connection begins.
 *
 * @param last where {@code Last-Event-ID} says that the reader stands; null without one
 * @param foreign there is one, but it is of something else
 * @param cursor where the parameter says so; null if it does not
 * @param start where the parameters let all begin; null if they do not say
 */
record CombinedStart(
    @Nullable CombinedCursor last,
    boolean foreign,
    @Nullable CombinedCursor cursor,
    @Nullable StartPosition start) {

  /**
   * Of a request, as {@link ResumeRequest} is of one for a single feed.
   *
   * @param given {@code earliest}, {@code latest} or a combined cursor
   * @param last {@code Last-Event-ID}, which may be anything; null or empty without one
   */
  static CombinedStart of(
      Optional<String> given, Optional<StartPosition.Since> since, @Nullable String last) {
    StartPosition start = null;
    CombinedCursor cursor = null;
    if (since.isEmpty() && given.isPresent() && !isWord(given.get())) {
      cursor = CombinedCursor.parse(given.get());
    } else if (since.isPresent() || given.isPresent()) {
      start = StartPosition.of(given.map(CombinedStart::word), since, new StartPosition.Latest());
    }
    if (last == null || last.isEmpty()) {
      return new CombinedStart(null, false, cursor, start);
    }
    try {
      return new CombinedStart(CombinedCursor.parse(last), false, cursor, start);
    } catch (ProblemException malformed) {
      return new CombinedStart(null, true, cursor, start);
    }
  }

  private static boolean isWord(String cursor) {
    return cursor.equals("earliest") || cursor.equals("latest");
  }

  private static StartPosition word(String cursor) {
    return cursor.equals("earliest") ? new StartPosition.Earliest() : new StartPosition.Latest();
  }

  /**
   * For one of the feeds.
   *
   * @param otherwise where it begins if nothing is said of it
   */
  ResumeRequest of(String kind, String name, StartPosition otherwise) {
    if (foreign) {
      return new ResumeRequest(new StartPosition.Earliest(), ResetReason.FOREIGN);
    }
    int identity = CursorScope.identity(kind, name);
    StartPosition begins =
        in(last, identity).or(() -> in(cursor, identity)).orElse(start == null ? otherwise : start);
    return new ResumeRequest(begins, null);
  }

  private static Optional<StartPosition> in(@Nullable CombinedCursor cursor, int identity) {
    return Optional.ofNullable(cursor).flatMap(one -> one.of(identity)).map(StartPosition.At::new);
  }
}
