package penstock.view.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.event.Event;
import penstock.event.EventData;

class KeyExtractorTest {

  private static Event event(@Nullable String subject, String json) {
    return new Event(
        "1",
        "/s",
        "t",
        subject,
        null,
        null,
        null,
        new TreeMap<>(),
        new EventData.Json(json.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {
        "/a      | {\"a\":\"x\"}             | x",
        "/a/b    | {\"a\":{\"b\":1.10}}      | 1.10",
        "/a/1    | {\"a\":[true,false]}      | false",
        "/a/01   | {\"a\":[1,2]}             |",
        "/a/2    | {\"a\":[1,2]}             |",
        "/a/0    | {\"a\":[]}                |",
        "/a/b    | {\"a\":1}                 |",
        "/b      | {\"a\":1}                 |",
        "/       | {\"\":1}                  | 1",
        "/a      | {\"a\":\"\\u00fc\\\"\"}   | ü\"",
        "/a      | {\"a\":1,\"a\":2}         | 2",
        "/a      | [1]                       |",
        "subject | {}                        | s",
        "type    | {}                        | t",
        "source  | {}                        | /s",
        "id      | {}                        | 1",
      })
  void findsTheKey(String rule, String json, @Nullable String key) throws FoldException {
    assertThat(KeyExtractor.parse(rule).of(event("s", json))).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":null}", "{\"a\":{}}", "{\"a\":[1]}", "{\"a\":\"\\ud800\"}"})
  void refusesAKeyOfAnotherType(String json) {
    assertThatThrownBy(() -> KeyExtractor.parse("/a").of(event("s", json)))
        .isInstanceOf(FoldException.class);
  }

  @Test
  void missesASubjectThatIsNotThere() throws FoldException {
    assertThat(KeyExtractor.Attribute.SUBJECT.of(event(null, "{}"))).isNull();
    assertThat(KeyExtractor.Attribute.KEY.of(event(null, "{}"))).isEqualTo("1");
  }

  @Test
  void boundsTheKey() throws FoldException {
    assertThatThrownBy(() -> KeyExtractor.check("")).isInstanceOf(FoldException.class);
    assertThat(KeyExtractor.check("ü".repeat(512))).hasSize(512);
    assertThatThrownBy(() -> KeyExtractor.check("ü".repeat(513))).isInstanceOf(FoldException.class);
  }
}
