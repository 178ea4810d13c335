package penstock.tenant;

import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import penstock.problem.Problem;
import penstock.problem.ProblemType;

/**
 * The headers by which who is over its rate is told of it.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/">RateLimit
 *     header fields for HTTP</a>
 */
public final class RateHeader {

  /** Members of the problem: what there may be in a second. */
  static final String EVENTS = "eventsPerSecond";

  static final String BYTES = "bytesPerSecond";

  private RateHeader() {}

  /** By name, of a problem that is of a rate; else none. */
  public static Map<String, String> of(Problem problem) {
    if (problem.type() != ProblemType.RATE_LIMITED) {
      return Map.of();
    }
    var policy = new StringJoiner(", ");
    Object events = problem.extensions().get(EVENTS);
    Object bytes = problem.extensions().get(BYTES);
    if (events != null) {
      policy.add("\"events\";q=" + events + ";w=1");
    }
    if (bytes != null) {
      policy.add("\"bytes\";q=" + bytes + ";w=1");
    }
    Duration after = problem.retryAfter();
    var headers = new TreeMap<String, String>();
    headers.put("ratelimit-limit", String.valueOf(events == null ? bytes : events));
    headers.put("ratelimit-policy", policy.toString());
    headers.put("ratelimit-remaining", "0");
    headers.put(
        "ratelimit-reset", Long.toString(after == null ? 1 : Math.max(1, after.toSeconds())));
    return headers;
  }
}
