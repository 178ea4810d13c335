package penstock.feed;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.stream.ResetReason;
import penstock.stream.Scope;
import penstock.stream.Start;

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
    @Nullable Start start) {

  /**
   * Of a request, as {@link Wish} is of one for a single feed.
   *
   * @param given {@code earliest}, {@code latest} or a combined cursor
   * @param last {@code Last-Event-ID}, which may be anything; null or empty without one
   */
  static CombinedStart of(
      Optional<String> given, Optional<Start.Since> since, @Nullable String last) {
    Start start = null;
    CombinedCursor cursor = null;
    if (since.isEmpty() && given.isPresent() && !isWord(given.get())) {
      cursor = CombinedCursor.parse(given.get());
    } else if (since.isPresent() || given.isPresent()) {
      start = Start.of(given.map(CombinedStart::word), since, new Start.Latest());
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

  private static Start word(String cursor) {
    return cursor.equals("earliest") ? new Start.Earliest() : new Start.Latest();
  }

  /**
   * For one of the feeds.
   *
   * @param otherwise where it begins if nothing is said of it
   */
  Wish of(String kind, String name, Start otherwise) {
    if (foreign) {
      return new Wish(new Start.Earliest(), ResetReason.FOREIGN);
    }
    int identity = Scope.identity(kind, name);
    Start begins =
        in(last, identity).or(() -> in(cursor, identity)).orElse(start == null ? otherwise : start);
    return new Wish(begins, null);
  }

  private static Optional<Start> in(@Nullable CombinedCursor cursor, int identity) {
    return Optional.ofNullable(cursor).flatMap(one -> one.of(identity)).map(Start.At::new);
  }
}
