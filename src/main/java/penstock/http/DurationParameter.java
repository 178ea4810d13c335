package penstock.http;

import jakarta.ws.rs.ext.Provider;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;

/**
 * A duration such as {@code 5s}, {@code 250ms}, {@code 2m}, {@code 1h} or {@code PT5S}; constraints
 * have its bounds.
 */
@Provider
public class DurationParameter extends TypedParameter<Duration> {

  private static final String RULE = "must be a duration such as 5s, 250ms or PT5S";

  private static final Pattern MILLIS = Pattern.compile("\\d{1,9}ms");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}s?");
  private static final Pattern LONGER = Pattern.compile("\\d{1,6}[mh]");

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
    try {
      if (MILLIS.matcher(text).matches()) {
        return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
      }
      if (LONGER.matcher(text).matches()) {
        return Duration.parse("PT" + text);
      }
      return Duration.parse(
          SECONDS.matcher(text).matches() ? "PT" + text.replace("s", "") + "S" : text);
    } catch (DateTimeParseException | ArithmeticException none) {
      throw new IllegalArgumentException(RULE, none);
    }
  }
}
