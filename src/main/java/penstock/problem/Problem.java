package penstock.problem;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One occurrence of a problem, as RFC 9457 describes it.
 *
 * @param detail what happened and what to do about it; never contains payload
 * @param errors the broken rules, each with its place; empty if there is but one
 * @param retryAfter when a retry makes sense; null if it does not
 * @param extensions further members by name, such as {@code earliest} of a gone cursor
 */
public record Problem(
    ProblemType type,
    String detail,
    List<Violation> errors,
    @Nullable Duration retryAfter,
    Map<String, Object> extensions) {

  public Problem {
    errors = List.copyOf(errors);
    extensions = Map.copyOf(extensions);
  }

  public static Problem of(ProblemType type, String detail) {
    return new Problem(type, detail, List.of(), null, Map.of());
  }

  /** A problem that passes by itself. */
  public static Problem passing(ProblemType type, String detail, Duration retryAfter) {
    return new Problem(type, detail, List.of(), retryAfter, Map.of());
  }

  public static Problem invalid(ProblemType type, String detail, List<Violation> errors) {
    return new Problem(type, detail, errors, null, Map.of());
  }

  public Problem with(String member, Object value) {
    var more = new java.util.HashMap<>(extensions);
    more.put(member, value);
    return new Problem(type, detail, errors, retryAfter, more);
  }

  public Problem withDetail(String other) {
    return new Problem(type, other, errors, retryAfter, extensions);
  }

  public ProblemException exception() {
    return new ProblemException(this, null);
  }
}
