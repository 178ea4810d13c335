package penstock.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Base64TextTest {

  private static final int TEXTS = 100_000;
  private static final String ALPHABET = "AQz09+/==-_ \n\u0000\u00c1ŁA";
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})?");

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "QQ==, true",
    "QUI=, true",
    "QUJD, true",
    "QR==, true",
    "+/+/, true",
    "QQ, false",
    "QUI, false",
    "QQ=, false",
    "Q===, false",
    "====, false",
    "QQ==QQ==, false",
    "'Q Q=', false",
    "'QUJD\n', false",
    "-_-_, false",
    "QUJŁ, false"
  })
  void knowsTheStandardAlphabetWithPadding(String text, boolean valid) {
    assertThat(Base64Text.isValid(text)).isEqualTo(valid);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void judgesRandomTextsByTheGrammar(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < TEXTS; i++) {
      var text = new StringBuilder();
      for (int length = random.nextInt(10); length > 0; length--) {
        text.append(ALPHABET.charAt(random.nextInt(random.nextBoolean() ? 8 : ALPHABET.length())));
      }
      boolean valid = GRAMMAR.matcher(text).matches();
      if (Base64Text.isValid(text.toString()) != valid) {
        assertThat(Base64Text.isValid(text.toString())).as(text.toString()).isEqualTo(valid);
      }
    }
  }
}
