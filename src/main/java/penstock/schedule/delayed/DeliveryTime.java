package penstock.schedule.delayed;

import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.event.Timestamp;

/**
 * When an event is to enter the log.
 *
 * @param relative whether from when Redis hears of it, else since 1970
 * @param millis by Redis's clock
 */
@Schema(
    type = SchemaType.STRING,
    description = "A time by Redis's clock, as in RFC 3339",
    examples = "2030-01-01T09:30:00Z")
public record DeliveryTime(boolean relative, long millis) {

  private static final String RULE =
      "must be a date and time as in RFC 3339, such as 2030-01-01T09:30:00Z";

  /** As far ahead as RFC 3339 goes, about. */
  private static final Duration MOST = Duration.ofDays(3_652_000);

  /** Rounded up; a negative delay is none. */
  public static DeliveryTime after(Duration delay) {
    if (delay.isNegative()) {
      return new DeliveryTime(true, 0);
    }
    Duration bounded = delay.compareTo(MOST) > 0 ? MOST : delay;
    return new DeliveryTime(true, bounded.plusNanos(999_999).toMillis());
  }

  /**
   * @param millis since 1970
   */
  public static DeliveryTime at(long millis) {
    return new DeliveryTime(false, millis);
  }

  /**
   * Reads a time as in RFC 3339.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static DeliveryTime parse(String text) {
    if (!Timestamp.isValid(text)) {
      throw new IllegalArgumentException(RULE);
    }
    return at(Timestamp.millis(text));
  }

  /** As the scripts take it. */
  public String argument() {
    return (relative ? "+" : "") + millis;
  }
}
