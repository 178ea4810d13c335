package penstock.stream.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import penstock.event.Event;
import penstock.event.EventData;

class EventFilterTest {

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

  @Test
  void wantsWholeValuesOrBeginnings() {
    assertThat(new EventFilter(Set.of("customer-7"), Set.of()).matches(EVENT)).isTrue();
    assertThat(new EventFilter(Set.of("customer"), Set.of()).matches(EVENT)).isFalse();
    assertThat(new EventFilter(Set.of("customer-*"), Set.of("order.*")).matches(EVENT)).isTrue();
    assertThat(new EventFilter(Set.of("supplier-*", "customer-7"), Set.of()).matches(EVENT))
        .isTrue();
    assertThat(new EventFilter(Set.of("customer-*"), Set.of("cart.*")).matches(EVENT)).isFalse();
    assertThat(new EventFilter(Set.of("*"), Set.of()).matches(EVENT)).isTrue();
    assertThat(new EventFilter(Set.of("a*"), Set.of()))
        .isEqualTo(new EventFilter(Set.of("a*"), Set.of()))
        .isNotEqualTo(new EventFilter(Set.of("a"), Set.of()));
  }
}
