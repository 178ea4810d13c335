package penstock.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryDelayTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration MOST = Duration.ofHours(1);

  private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | PT0S",
        "7 | PT7S",
        "' 7 ' | PT7S",
        "3600 | PT1H",
        "3601 | PT1H",
        "99999999999999999999 | PT1H",
        "Sun, 01 Mar 2026 12:00:30 GMT | PT30S",
        "Sun, 01 Mar 2026 11:59:00 GMT | PT0S",
        "Mon, 02 Mar 2026 12:00:00 GMT | PT1H"
      })
  void isReadAndBounded(String text, Duration delay) {
    headers.set("Retry-After", text);

    assertThat(RetryDelay.read(headers, NOW, MOST)).isEqualTo(delay);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "soon", "-1", "1.5", "7s", "٧", "Sun, 31 Feb 2026 12:00:00 GMT", "2026-03-01"})
  void whatCannotBeReadAsksForNothing(String text) {
    headers.set("Retry-After", text);

    assertThat(RetryDelay.read(headers, NOW, MOST)).isNull();
  }

  @Test
  void aDateIsComparedWithTheAnswersOwn() {
    headers.set("Date", "Sun, 01 Mar 2026 09:00:00 GMT");
    headers.set("Retry-After", "Sun, 01 Mar 2026 09:00:45 GMT");

    assertThat(RetryDelay.read(headers, NOW, MOST)).isEqualTo(Duration.ofSeconds(45));
  }
}
