package penstock.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameRuleTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "0",
        "orders",
        "a.b_c-d",
        "a-",
        "acme~orders",
        "Acme.1~a",
        "",
        "-a",
        ".a",
        "_a",
        "A",
        "aB",
        "a b",
        "a~b~c",
        "~a",
        "a~",
        "a/b",
        "\u00e4",
        "a\n",
        "a`",
        "a{",
        "a:",
        "a@"
      })
  void aNameIsWhatThePatternOfTheDescriptionSays(String name) {
    assertThat(NameRule.isValid(name)).isEqualTo(Pattern.matches(NameRule.WHOLE, name));
  }

  @Test
  void aNameIsAsLongAsThePatternSays() {
    for (int length = 62; length < 67; length++) {
      aNameIsWhatThePatternOfTheDescriptionSays("a".repeat(length));
      aNameIsWhatThePatternOfTheDescriptionSays("acme~" + "a".repeat(length));
    }
  }

  @Test
  void soAreAnyOfThisAlphabet() {
    var random = new Random(16);
    String alphabet = "az09._-~A/`{@:";
    for (int i = 0; i < 10_000; i++) {
      var name = new StringBuilder();
      IntStream.range(0, random.nextInt(6))
          .map(at -> alphabet.charAt(random.nextInt(alphabet.length())))
          .forEach(character -> name.append((char) character));
      aNameIsWhatThePatternOfTheDescriptionSays(name.toString());
    }
  }
}
