package penstock.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPointerTest {

  /** The example of RFC 6901, section 5, and a few members more. */
  private static final String DOCUMENT =
      """
      {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\\\j": 5,
       "k\\"l": 6, " ": 7, "m~n": 8,
       "deep": {"list": [[], [1, {"x": 12345678901234567890.1230}]]}, "twice": {"a": 1},
       "twice": [true, null], "caf\\u00e9": "\\u00e9 \\n", "9": "nine"}""";

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ' ',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "/foo `[\"bar\", \"baz\"]`",
        "/foo/0 \"bar\"",
        "/foo/1 \"baz\"",
        "/ 0",
        "/a~1b 1",
        "/c%d 2",
        "/e^f 3",
        "/g|h 4",
        "/i\\j 5",
        "/k\"l 6",
        "`/ ` 7",
        "/m~0n 8",
        "/deep/list/0 []",
        "/deep/list/1/1/x 12345678901234567890.1230",
        "/twice `[true, null]`",
        "/twice/1 null",
        "/café `\"\\u00e9 \\n\"`",
        "/9 \"nine\"",
      })
  void findsValuesAsTheyStand(String pointer, String json) {
    assertThat(find(pointer)).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/none",
        "/foo/2",
        "/foo/-",
        "/foo/00",
        "/foo/+1",
        "/foo/bar",
        "/twice/a",
        "/deep/list/0/0",
        "/foo/0/0",
        "//",
        "/foo/99999999999",
        "/caf"
      })
  void findsNothingElse(String pointer) {
    assertThat(find(pointer)).isNull();
  }

  @Test
  void theEmptyPointerIsTheWhole() {
    assertThat(JsonPointer.parse("").find("[1, 2]".getBytes(StandardCharsets.UTF_8)))
        .hasToString("[1, 2]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo", "/a~", "/a~2", "#/a"})
  void refusesWhatIsNoPointer(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> JsonPointer.parse(text));
  }

  private static @Nullable String find(String pointer) {
    JsonValue found = JsonPointer.parse(pointer).find(DOCUMENT.getBytes(StandardCharsets.UTF_8));
    return found == null ? null : found.toString();
  }
}
