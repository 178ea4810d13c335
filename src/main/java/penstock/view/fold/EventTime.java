package penstock.view.fold;

import java.time.LocalDate;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;
import penstock.stream.Position;

/** When an event happened, in whole seconds since 1970. */
final class EventTime {

  private static final int ZONE_SECONDS = 3_600;
  private static final int MINUTE = 60;
  private static final int DAY = 24 * ZONE_SECONDS;
  private static final int SECONDS_END = "2018-04-05T17:31:00".length();

  private EventTime() {}

  /**
   * The event's time, or else when it was appended.
   *
   * @param time as RFC 3339 has it, checked when it was appended; a leap second is the one before
   */
  static long seconds(@Nullable String time, Position position) {
    if (time == null) {
      return position.seconds();
    }
    LocalDate day = LocalDate.of(number(time, 0, 4), number(time, 5, 2), number(time, 8, 2));
    int second = Math.min(MINUTE - 1, number(time, 17, 2));
    LocalTime clock = LocalTime.of(number(time, 11, 2), number(time, 14, 2), second);
    return day.toEpochDay() * DAY + clock.toSecondOfDay() - offset(time);
  }

  private static int offset(String time) {
    if ((time.charAt(time.length() - 1) | 0x20) == 'z') {
      return 0;
    }
    int sign = time.length() - "+00:00".length();
    if (sign < SECONDS_END) {
      throw new IllegalArgumentException("no offset: " + time);
    }
    int offset = number(time, sign + 1, 2) * ZONE_SECONDS + number(time, sign + 4, 2) * MINUTE;
    return time.charAt(sign) == '-' ? -offset : offset;
  }

  private static int number(String text, int from, int digits) {
    return Integer.parseInt(text, from, from + digits, 10);
  }
}
