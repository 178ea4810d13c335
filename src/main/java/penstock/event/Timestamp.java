package penstock.event;

import java.time.LocalDate;

/**
 * The form of a date and time in RFC 3339, section 5.6.
 *
 * <p>By hand, since {@link java.time.OffsetDateTime} has ISO 8601: it takes {@code
 * 2018-04-05T17:31Z}, refuses leap seconds, more than nine digits of a fraction and offsets beyond
 * 18 hours, and takes 17 times as long.
 */
public final class Timestamp {

  private static final int MINUTE = 60;
  private static final int HOUR = 60 * MINUTE;
  private static final int DAY = 24 * HOUR;
  private static final int MILLIS = 1_000;
  private static final int MILLIS_DIGITS = 3;
  private static final int SECONDS_END = "2018-04-05T17:31:00".length();
  private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private Timestamp() {}

  /** Whether the text is such a date and time; a leap second may be one of any day. */
  public static boolean isValid(String text) {
    if (text.length() <= SECONDS_END
        || text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || (text.charAt(10) | 0x20) != 't'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':') {
      return false;
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 2);
    int day = number(text, 8, 2);
    int hour = number(text, 11, 2);
    int minute = number(text, 14, 2);
    int second = number(text, 17, 2);
    return year >= 0
        && month >= 1
        && month <= 12
        && day >= 1
        && day <= days(year, month)
        && hour >= 0
        && hour <= 23
        && minute >= 0
        && minute <= 59
        && second >= 0
        && second <= (minute == 59 ? 60 : 59)
        && isOffset(text, fractionEnd(text));
  }

  /**
   * Whole seconds since 1970.
   *
   * @param text of this form, which was checked; a leap second is the one before
   */
  public static long seconds(String text) {
    LocalDate day = LocalDate.of(number(text, 0, 4), number(text, 5, 2), number(text, 8, 2));
    int second = Math.min(MINUTE - 1, number(text, 17, 2));
    long clock = (long) number(text, 11, 2) * HOUR + (long) number(text, 14, 2) * MINUTE + second;
    return day.toEpochDay() * DAY + clock - offset(text);
  }

  /**
   * Milliseconds since 1970, not before what the text says: rounded up, and a leap second is the
   * one after.
   *
   * @param text of this form, which was checked
   */
  public static long millis(String text) {
    long seconds = seconds(text) + (number(text, 17, 2) == MINUTE ? 1 : 0);
    return MILLIS * seconds + fraction(text);
  }

  private static int fraction(String text) {
    int end = fractionEnd(text);
    int millis = 0;
    for (int i = 0; i < MILLIS_DIGITS; i++) {
      int at = SECONDS_END + 1 + i;
      millis = 10 * millis + (at < end ? text.charAt(at) - '0' : 0);
    }
    for (int at = SECONDS_END + 1 + MILLIS_DIGITS; at < end; at++) {
      if (text.charAt(at) != '0') {
        return millis + 1;
      }
    }
    return millis;
  }

  private static int offset(String text) {
    if ((text.charAt(text.length() - 1) | 0x20) == 'z') {
      return 0;
    }
    int sign = text.length() - "+00:00".length();
    if (sign < SECONDS_END) {
      throw new IllegalArgumentException("no offset: " + text);
    }
    int offset = number(text, sign + 1, 2) * HOUR + number(text, sign + 4, 2) * MINUTE;
    return text.charAt(sign) == '-' ? -offset : offset;
  }

  private static int days(int year, int month) {
    boolean leapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leapYear ? 29 : DAYS[month - 1];
  }

  /** The index behind the fraction of a second, if there is one; the text's length if it is bad. */
  private static int fractionEnd(String text) {
    if (text.charAt(SECONDS_END) != '.') {
      return SECONDS_END;
    }
    int end = SECONDS_END + 1;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end == SECONDS_END + 1 ? text.length() : end;
  }

  private static boolean isOffset(String text, int from) {
    int length = text.length() - from;
    if (length == 1) {
      return (text.charAt(from) | 0x20) == 'z';
    }
    if (length != "+00:00".length() || text.charAt(from + 3) != ':') {
      return false;
    }
    int hours = number(text, from + 1, 2);
    int minutes = number(text, from + 4, 2);
    return (text.charAt(from) == '+' || text.charAt(from) == '-')
        && hours >= 0
        && hours <= 23
        && minutes >= 0
        && minutes <= 59;
  }

  /** The number of that many digits; negative if they are not all digits. */
  private static int number(String text, int from, int digits) {
    int number = 0;
    for (int i = from; i < from + digits; i++) {
      if (!isDigit(text.charAt(i))) {
        return -1;
      }
      number = 10 * number + text.charAt(i) - '0';
    }
    return number;
  }

  private static boolean isDigit(char character) {
    return character >= '0' && character <= '9';
  }
}
