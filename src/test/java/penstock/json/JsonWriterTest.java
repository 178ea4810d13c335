package penstock.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strings against Jackson's encoder, the rest against what it must look like. */
class JsonWriterTest {

  private static final int TEXTS = 20_000;
  private static final int MAX_PIECES = 12;
  private static final String[] PIECES = {
    "a",
    "plain text of some length",
    "\"",
    "\\",
    "/",
    "\n",
    "\r",
    "\t",
    "\b",
    "\f",
    "\u0000",
    "\u001f",
    "\u007f",
    "\u0080",
    "é",
    "€",
    "\u2028",
    "日本語",
    "😀",
    "\u200b",
    "{",
    "}",
    ",",
    ":"
  };

  @Test
  void writesEachCharacterAsJacksonDoes() {
    for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
      boolean surrogate =
          character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
      if (!surrogate && (character < 0x3000 || character % 97 == 0)) {
        String one = Character.toString(character);
        assertSameAsJackson(one);
        assertSameAsJackson("before" + one + one + "after it");
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void writesRandomTextsAsJacksonDoes(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < TEXTS; i++) {
      var text = new StringBuilder();
      for (int piece = random.nextInt(MAX_PIECES); piece > 0; piece--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      assertSameAsJackson(text.toString());
    }
  }

  private static void assertSameAsJackson(String text) {
    byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(text);
    String expected = "\"" + new String(quoted, StandardCharsets.UTF_8) + "\"";
    String written = written(json -> json.string(text));
    if (!written.equals(expected)) {
      assertThat(written).isEqualTo(expected);
    }
  }

  @Test
  void setsCommasBetweenValuesOnly() {
    assertThat(
            written(
                json -> {
                  json.beginObject().name(JsonName.of("a")).beginArray().endArray();
                  json.name("b\n").beginArray().beginObject().endObject().number(-7).bool(true);
                  json.nothing().string("").beginArray().number(1).number(2).endArray().endArray();
                  json.name(JsonName.of("c")).bool(false).endObject();
                }))
        .isEqualTo("{\"a\":[],\"b\\n\":[{},-7,true,null,\"\",[1,2]],\"c\":false}");
  }

  @Test
  void writesElementsWithoutBrackets() {
    assertThat(written(json -> json.number(1).beginObject().endObject().string("x")))
        .isEqualTo("1,{},\"x\"");
  }

  @Test
  void takesValuesAsTheyStand() {
    byte[] digits = "1.10".getBytes(StandardCharsets.UTF_8);
    assertThat(
            written(
                json -> {
                  json.beginArray().value(digits).value(JsonValue.of(digits));
                  json.value(Buffer.buffer("[2e5]")).value(out -> out.appendString("-0"));
                  json.number(3).endArray();
                }))
        .isEqualTo("[1.10,1.10,[2e5],-0,3]");
  }

  @ParameterizedTest
  @CsvSource({Long.MIN_VALUE + "", "-1", "0", Long.MAX_VALUE + ""})
  void writesNumbers(long number) {
    assertThat(written(json -> json.number(number))).isEqualTo(Long.toString(number));
  }

  @Test
  void isAppendedToWhatIsThere() {
    Buffer out = Buffer.buffer("data: ");
    new JsonWriter(out).beginObject().name("é").string("x").endObject();
    assertThat(out).hasToString("data: {\"é\":\"x\"}");
  }

  private static String written(Consumer<JsonWriter> writing) {
    Buffer out = Buffer.buffer();
    writing.accept(new JsonWriter(out));
    return out.toString(StandardCharsets.UTF_8);
  }
}
