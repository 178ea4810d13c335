package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00", "1990-12-31T23:59:60Z",
        "1990-12-31T15:59:60-08:00", "1937-01-01T12:00:27.87+00:20", "0000-01-01t00:00:00z",
        "9999-12-31T23:59:59.999999999999999+23:59", "2026-01-02T03:04:05-00:00"
      })
  void knowsDatesAndTimes(String text) {
    assertThat(Timestamp.isValid(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-02T03:04:05", "2026-01-02T03:04:05 Z", "2026-01-02T03:04:05ZZ",
            "26-01-02T03:04:05Z",
        "2026-1-2T03:04:05Z", "2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05.5",
            "2026-01-02T03:04:61Z",
        "2026-01-02T03:58:60Z", "2026-01-02T03:60:00Z", "2026-01-00T03:04:05Z",
            "2026-00-02T03:04:05Z",
        "2026-01-02T03:04:05+1:00", "2026-01-02T03:04:05+01:60", "2026-01-02T03:04:05+01",
            "+026-01-02T03:04:05Z",
        "2026-01-02T03:04:05\u0130", "2026-01-02T03:04:05x01:00", "٢026-01-02T03:04:05Z",
            "20260102T030405Z"
      })
  void refusesAllElse(String text) {
    assertThat(Timestamp.isValid(text)).isFalse();
  }

  @Test
  void knowsHowManyDaysAMonthHas() {
    for (int year : new int[] {1900, 2000, 2023, 2024}) {
      for (int month = 1; month <= 12; month++) {
        int days = LocalDate.of(year, month, 1).lengthOfMonth();
        for (int day = 0; day <= 32; day++) {
          String text = "%04d-%02d-%02dT00:00:00Z".formatted(year, month, day);
          assertThat(Timestamp.isValid(text)).as(text).isEqualTo(day >= 1 && day <= days);
        }
      }
    }
  }

  /** What a time means in milliseconds is never before it. */
  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z, 0",
    "1970-01-01T00:00:00.001Z, 1",
    "1970-01-01T00:00:00.0010Z, 1",
    "1970-01-01T00:00:00.0000001Z, 1",
    "1970-01-01T00:00:00.9999Z, 1000",
    "1970-01-01T00:00:00.5Z, 500",
    "1970-01-01T01:30:00+01:30, 0",
    "1969-12-31T23:00:00-01:00, 0",
    "1969-12-31T23:59:59.999z, -1",
    "2024-02-29T00:00:00Z, 1709164800000",
    "2016-12-31T23:59:60Z, 1483228800000",
    "9999-12-31T23:59:59Z, 253402300799000"
  })
  void knowsTheMilliseconds(String text, long millis) {
    assertThat(Timestamp.millis(text)).isEqualTo(millis);
  }

  /** A leap second counts as the one before where whole seconds are asked for. */
  @ParameterizedTest
  @CsvSource({"2016-12-31T23:59:60Z, 1483228799", "2017-01-01T00:00:00.9Z, 1483228800"})
  void knowsTheSeconds(String text, long seconds) {
    assertThat(Timestamp.seconds(text)).isEqualTo(seconds);
  }
}
