package penstock.stream.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.problem.ProblemException;

class ConditionParserTest {

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
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"exact":{"type":"order.placed"}}                                | true
          {"exact":{"type":"order"}}                                       | false
          {"exact":{"type":"order.placed","subject":"customer-7"}}         | true
          {"exact":{"type":"order.placed","subject":"customer-8"}}         | false
          {"exact":{"level":"3"}}                                          | true
          {"exact":{"urgent":"true"}}                                      | true
          {"exact":{"specversion":"1.0"}}                                  | true
          {"exact":{"absent":"x"}}                                         | false
          {"prefix":{"type":"order."}}                                     | true
          {"prefix":{"source":"/shop/us"}}                                 | false
          {"prefix":{"dataschema":"h"}}                                    | false
          {"suffix":{"type":".placed","region":"rth"}}                     | true
          {"suffix":{"type":".paid"}}                                      | false
          {"all":[{"prefix":{"type":"order."}},{"exact":{"region":"north"}}]} | true
          {"all":[{"prefix":{"type":"order."}},{"exact":{"region":"south"}}]} | false
          {"any":[{"prefix":{"type":"cart."}},{"exact":{"region":"north"}}]}  | true
          {"any":[{"prefix":{"type":"cart."}},{"exact":{"region":"south"}}]}  | false
          {"not":{"exact":{"region":"south"}}}                             | true
          {"not":{"exact":{"region":"north"}}}                             | false
          {"not":{"exact":{"absent":"x"}}}                                 | true
          [{"exact":{"region":"north"}},{"suffix":{"id":"1"}}]             | true
          [{"exact":{"region":"north"}},{"suffix":{"id":"2"}}]             | false
          {"sql":"type = 'order.placed' AND level > 2"}                    | true
          {"sql":"level > 3 OR region IN ('south', 'west')"}               | false
          {"sql":"urgent"}                                                 | true
          {"sql":"source LIKE '/shop/%'"}                                  | true
          {"sql":"type LIKE '%.pl_ced%'"}                                  | true
          {"sql":"type NOT LIKE 'order\\\\_%'"}                             | true
          {"sql":"level"}                                                  | false
          {"sql":"absent = 'x'"}                                           | false
          {"sql":"absent != 'x'"}                                          | false
          {"sql":"EXISTS absent"}                                          | false
          {"sql":"level / 0 = 1"}                                          | false
          {"not":{"sql":"absent = 'x'"}}                                   | true
          {"all":[{"sql":"EXISTS region"},{"prefix":{"type":"order."}}]}   | true
          """)
  void testsAnEvent(String filter, boolean passes) {
    assertThat(ConditionParser.parse(filter).test(EVENT)).isEqualTo(passes);
    assertThat(ConditionParser.parse(filter)).isEqualTo(ConditionParser.parse(filter));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "1",
        "{}",
        "[]",
        "{\"exact\":{}}",
        "{\"exact\":{\"type\":\"\"}}",
        "{\"exact\":{\"level\":3}}",
        "{\"exact\":\"x\"}",
        "{\"all\":[]}",
        "{\"all\":{\"exact\":{\"type\":\"x\"}}}",
        "{\"not\":[]}",
        "{\"xpath\":{\"type\":\"x\"}}",
        "{\"sql\":{\"type\":\"x\"}}",
        "{\"sql\":\"\"}",
        "{\"sql\":\"type = \"}",
        "{\"sql\":\"TYPE((\"}",
        "{\"exact\":{\"type\":\"x\"},\"prefix\":{\"type\":\"x\"}}"
      })
  void refusesWhatIsNoFilter(String filter) {
    assertThatThrownBy(() -> ConditionParser.parse(filter)).isInstanceOf(ProblemException.class);
  }

  @Test
  void refusesWhatWouldCostTooMuch() {
    String deep = "{\"not\":".repeat(20) + "{\"exact\":{\"type\":\"x\"}}" + "}".repeat(20);
    assertThatThrownBy(() -> ConditionParser.parse(deep)).isInstanceOf(ProblemException.class);
    String wide =
        "[" + "{\"exact\":{\"type\":\"x\"}},".repeat(100) + "{\"exact\":{\"type\":\"x\"}}]";
    assertThatThrownBy(() -> ConditionParser.parse(wide)).isInstanceOf(ProblemException.class);
  }
}
