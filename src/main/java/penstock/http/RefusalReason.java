package penstock.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.problem.Problems;

/** Why a request is refused that the framework would not hand to the service. */
public enum RefusalReason {
  TARGET(Problems.UNDECODABLE),
  MESSAGE(Problems.UNREADABLE),
  LINE(
      Problem.of(
          ProblemType.URI_TOO_LONG,
          "The request's first line is longer than this service takes"
              + " (quarkus.http.limits.max-initial-line-length).")),
  HEADERS(
      Problem.of(
          ProblemType.HEADERS_TOO_LARGE,
          "The request's headers are larger than this service takes (quarkus.http.limits.max-header-size).")),
  SLOW(
      Problem.of(
          ProblemType.REQUEST_TIMEOUT,
          "The request's headers did not arrive in time (penstock.http.header-timeout).")),
  VERSION(
      Problem.of(
          ProblemType.VERSION_NOT_SUPPORTED,
          "This service speaks HTTP/1.1, and HTTP/2 to who begins with it."));

  /**
   * Where a refused request goes, in the place of where it was meant for: nothing is there, and who
   * says that is told the reason by {@link #HEADER}. So it is answered as any other, in its turn.
   * Anyone may send such a request, and be refused.
   */
  public static final String PATH = "/:refused";

  static final String HEADER = "penstock-refused";

  private final Problem problem;

  RefusalReason(Problem problem) {
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }

  /** Of a request that could not be read. */
  static RefusalReason of(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return LINE;
    }
    return cause instanceof TooLongHttpHeaderException ? HEADERS : MESSAGE;
  }

  /** That of a request, by its path and what it has of {@link #HEADER}; null if it was not. */
  static @Nullable RefusalReason of(@Nullable String path, @Nullable String header) {
    if (header == null || !PATH.equals(path)) {
      return null;
    }
    for (RefusalReason reason : values()) {
      if (reason.toString().equals(header)) {
        return reason;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
