package penstock.sink.webhook;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * How long a receiver asks to be left alone: {@code Retry-After}, in seconds or as a date (RFC
 * 9110, section 10.2.3).
 */
final class RetryDelay {

  /** Longer than any bound; more digits would not be a number. */
  private static final int MOST_DIGITS = 9;

  private RetryDelay() {}

  /**
   * Null if the receiver asks for nothing, or nothing that can be read. A date is compared with the
   * answer's own, if it has one, so that clocks need not agree.
   *
   * @param most what is granted at the most
   */
  static @Nullable Duration read(MultiMap headers, Instant now, Duration most) {
    String text = headers.get(HttpHeaders.RETRY_AFTER);
    Duration asked = text == null ? null : parse(text.strip(), headers, now);
    if (asked == null || asked.isNegative()) {
      return asked == null ? null : Duration.ZERO;
    }
    return asked.compareTo(most) > 0 ? most : asked;
  }

  private static @Nullable Duration parse(String text, MultiMap headers, Instant now) {
    if (!text.isEmpty() && text.chars().allMatch(one -> one >= '0' && one <= '9')) {
      return Duration.ofSeconds(
          text.length() > MOST_DIGITS ? Integer.MAX_VALUE : Integer.parseInt(text));
    }
    Instant until = date(text);
    if (until == null) {
      return null;
    }
    Instant sent = date(headers.get(HttpHeaders.DATE));
    return Duration.between(sent == null ? now : sent, until);
  }

  private static @Nullable Instant date(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException none) {
      return null;
    }
  }
}
