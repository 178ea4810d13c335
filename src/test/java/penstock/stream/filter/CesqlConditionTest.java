package penstock.stream.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.event.Event;
import penstock.event.EventData;

class CesqlConditionTest {

  private static final Event EVENT =
      new Event(
          "1",
          "/shop/eu",
          "order.placed",
          "customer-7",
          "2026-01-02T03:04:05Z",
          "application/json",
          null,
          new TreeMap<>(Map.of("level", 3, "urgent", true, "region", "north")),
          new EventData.None());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "type LIKE '%a%b'",
        "type LIKE 'a%b%c'",
        "type LIKE '%a%%'",
        "type like \"%a%b\"",
        "type NOT LIKE '%a%b'",
        "type LIKE '\\E(.*)*\\Q'",
        "type LIKE '\\\\%'",
        "type LIKE 'a\\'b'"
      })
  void refusesPatternsThatCouldTakeLong(String expression) {
    assertThatThrownBy(() -> CesqlCondition.parse(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in LIKE");
  }

  /** On an event loop, neither may a stack overflow nor a text be tried in all ways. */
  @Test
  void boundsWhatAnExpressionCosts() {
    Map.of("(", 190, "NOT ", 190, "-", 190, "NOT (", 95, "'a' = ", 95, "ABS(", 95)
        .forEach(
            (sign, times) -> {
              try {
                CesqlCondition.parse(sign.repeat(times) + "x").test(EVENT);
              } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageContaining("is not valid CESQL");
              }
            });
    assertThatThrownBy(() -> CesqlCondition.parse("(".repeat(201)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("words");
    assertThatThrownBy(() -> CesqlCondition.parse("'" + "x".repeat(1_000) + "' = id"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("characters");
    var verbose =
        new Event(
            "1",
            "/s",
            "a".repeat(200_000),
            null,
            null,
            null,
            null,
            new TreeMap<>(),
            new EventData.None());
    assertThat(CesqlCondition.parse("type LIKE '%ab%'").test(verbose)).isFalse();
    assertThat(CesqlCondition.parse("type LIKE 'a%b'").test(verbose)).isFalse();
    assertThat(CesqlCondition.parse("CONCAT(type, type) LIKE '%aaaaaaaaab%'").test(verbose))
        .isFalse();
  }
}
