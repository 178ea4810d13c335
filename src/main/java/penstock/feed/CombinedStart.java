package penstock.feed;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.problem.Parameters;
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

  /** Reads the same of a request as {@link Wish} does of one for a single feed. */
  static CombinedStart of(HttpServerRequest request) {
    var parameters = new Parameters(request);
    Optional<String> given = parameters.text("cursor");
    Start start = null;
    CombinedCursor cursor = null;
    if (parameters.text("since").isPresent()
        || given.filter(text -> text.equals("earliest") || text.equals("latest")).isPresent()) {
      start = Start.of(parameters, "latest");
    } else if (given.isPresent()) {
      cursor = CombinedCursor.parse(given.get());
    }
    String last = request.getHeader("Last-Event-ID");
    if (last == null || last.isEmpty()) {
      return new CombinedStart(null, false, cursor, start);
    }
    try {
      return new CombinedStart(CombinedCursor.parse(last), false, cursor, start);
    } catch (ProblemException malformed) {
      return new CombinedStart(null, true, cursor, start);
    }
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
