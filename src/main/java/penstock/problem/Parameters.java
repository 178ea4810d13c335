package penstock.problem;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Parameters of a request, each read by its rule; a broken rule is a problem that names the
 * parameter.
 */
public final class Parameters {

  private final HttpServerRequest request;

  public Parameters(HttpServerRequest request) {
    this.request = request;
  }

  public Optional<String> text(String name) {
    List<String> values = request.params().getAll(name);
    if (values.size() > 1) {
      throw invalid(name, "is given " + values.size() + " times; give it once");
    }
    return values.stream().findFirst();
  }

  /** A whole number within the bounds, both included. */
  public int number(String name, int fallback, int least, int most) {
    return text(name)
        .map(
            value -> {
              try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                  return number;
                }
              } catch (NumberFormatException notANumber) {
                // said below, as for a number out of bounds
              }
              throw invalid(name, "must be a whole number from " + least + " to " + most);
            })
        .orElse(fallback);
  }

  /** A duration such as {@code 5s}, {@code 250ms} or {@code PT5S}, from nothing to {@code most}. */
  public Duration duration(String name, Duration fallback, Duration most) {
    return text(name)
        .map(
            value -> {
              try {
                Duration duration = parse(value);
                if (!duration.isNegative() && duration.compareTo(most) <= 0) {
                  return duration;
                }
              } catch (DateTimeParseException | ArithmeticException notADuration) {
                // said below, as for a duration out of bounds
              }
              throw invalid(
                  name,
                  "must be a duration such as 5s, 250ms or PT5S, of at most "
                      + most.toSeconds()
                      + "s");
            })
        .orElse(fallback);
  }

  private static Duration parse(String value) {
    if (value.matches("\\d{1,9}ms")) {
      return Duration.ofMillis(Long.parseLong(value.substring(0, value.length() - 2)));
    }
    return Duration.parse(
        value.matches("\\d{1,9}s?") ? "PT" + value.replace("s", "") + "S" : value);
  }

  /** A part of the path that the route's pattern names. */
  public static String inPath(RoutingContext context, String name) {
    return Objects.requireNonNull(
        context.pathParam(name), () -> "the route has no path parameter " + name);
  }

  public static ProblemException invalid(String name, String rule) {
    return ProblemException.ofParameter(name, rule);
  }
}
