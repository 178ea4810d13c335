package penstock.event;

/**
 * The form of a date and time in RFC 3339, section 5.6.
 *
 * <p>By hand, since {@link java.time.OffsetDateTime} has ISO 8601: it takes {@code
 * 2018-04-05T17:31Z}, refuses leap seconds, more than nine digits of a fraction and offsets beyond
 * 18 hours, and takes 17 times as long.
 */
final class Timestamp {

  private static final int SECONDS_END = "2018-04-05T17:31:00".length();
  private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private Timestamp() {}

  /** Whether the text is such a date and time; a leap second may be one of any day. */
  static boolean isValid(String text) {
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
