package penstock.http;

import jakarta.ws.rs.ext.Provider;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A duration such as {@code 5s}, {@code 250ms}, {@code 10m}, {@code 2h}, {@code 7d} or {@code
 * PT5S}; constraints have its bounds.
 */
@Provider
public class DurationParameter extends TypedParameter<Duration> {

  private static final String RULE = "must be a duration such as 5s, 250ms or PT5S";

  private static final Pattern SHORT = Pattern.compile("(\\d{1,9})(ms|s|m|h|d|)");

  public DurationParameter() {
    super(Duration.class);
  }

  @Override
  protected Duration read(String text) {
    return parse(text);
  }

  /**
   * Reads one wherever it stands.
   *
   * @throws IllegalArgumentException if it is none, with the rule
   */
  public static Duration parse(String text) {
    Matcher given = SHORT.matcher(text);
    try {
      return given.matches()
          ? Duration.of(Long.parseLong(given.group(1)), unit(given.group(2)))
          : Duration.parse(text);
    } catch (DateTimeParseException | ArithmeticException none) {
      throw new IllegalArgumentException(RULE, none);
    }
  }

  private static ChronoUnit unit(String name) {
    return switch (name) {
      case "ms" -> ChronoUnit.MILLIS;
      case "m" -> ChronoUnit.MINUTES;
      case "h" -> ChronoUnit.HOURS;
      case "d" -> ChronoUnit.DAYS;
      default -> ChronoUnit.SECONDS;
    };
  }
}
