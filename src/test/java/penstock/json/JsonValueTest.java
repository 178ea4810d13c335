package penstock.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and pointers against Jackson's tree, on random JSON text. */
class JsonValueTest {

  private static final int DOCUMENTS = 2_000;
  private static final int GARBAGE = 100_000;

  private final JsonMapper jackson =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void showsWhatJacksonReads(long seed) throws IOException {
    var random = new Random(seed);
    for (int i = 0; i < DOCUMENTS; i++) {
      byte[] json = utf8(RandomJson.document(random));
      assertSame(JsonValue.of(json), jackson.readTree(json));
    }
  }

  private void assertSame(JsonValue value, JsonNode node) throws IOException {
    assertThat(value.isObject()).isEqualTo(node.isObject());
    assertThat(value.isString()).isEqualTo(node.isTextual());
    assertThat(value.isNumber()).isEqualTo(node.isNumber());
    assertThat(value.isBoolean()).isEqualTo(node.isBoolean());
    assertThat(value.isNull()).isEqualTo(node.isNull());
    assertThat(jackson.readTree(value.bytes())).isEqualTo(node);
    assertThat(value.text()).isEqualTo(node.isTextual() ? node.textValue() : value.toString());
    if (node.isObject()) {
      Map<String, JsonValue> members = value.members();
      assertThat(members.keySet()).containsExactlyElementsOf(names(node));
      for (Map.Entry<String, JsonValue> member : members.entrySet()) {
        assertSame(member.getValue(), node.get(member.getKey()));
      }
      assertThat(jackson.readTree(JsonValue.object(members).bytes())).isEqualTo(node);
    }
  }

  private static List<String> names(JsonNode object) {
    var names = new ArrayList<String>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void findsWhatJacksonFinds(long seed) throws IOException {
    var random = new Random(seed);
    for (int i = 0; i < DOCUMENTS; i++) {
      byte[] json = utf8(RandomJson.document(random));
      JsonNode root = jackson.readTree(json);
      String pointer = pointer(root, random);

      JsonValue found = JsonPointer.parse(pointer).find(json);

      JsonNode expected = root.at(pointer);
      assertThat(found == null).as(pointer).isEqualTo(expected.isMissingNode());
      if (found != null) {
        assertThat(jackson.readTree(found.bytes())).as(pointer).isEqualTo(expected);
      }
    }
  }

  /** Into the document as a rule, and beyond it at times. */
  private static String pointer(JsonNode root, Random random) {
    var pointer = new StringBuilder();
    JsonNode node = root;
    while (node.isContainerNode() && !node.isEmpty() && random.nextInt(5) > 0) {
      int index = random.nextInt(node.size());
      String token = node.isObject() ? names(node).get(index) : Integer.toString(index);
      pointer.append('/').append(token.replace("~", "~0").replace("/", "~1"));
      node = node.isObject() ? node.get(token) : node.get(index);
    }
    return random.nextInt(8) == 0 ? pointer.append("/0").toString() : pointer.toString();
  }

  @Test
  void keepsDigitsAndEscapesOfWhatIsNotTouched() {
    String json =
        "{\"a\":1.10,\"b\":[-0.0,1E400],\"c\":\"\\u00e9\\/\",\"d\":12345678901234567890.0}";
    assertThat(JsonValue.object(JsonValue.of(utf8(json)).members())).hasToString(json);
  }

  @Test
  void ofEqualNamesTheLastCounts() {
    assertThat(JsonValue.of(utf8("{\"a\":1,\"b\":2,\"\\u0061\":3}")).members())
        .hasSize(2)
        .hasEntrySatisfying("a", last -> assertThat(last).hasToString("3"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"\\ud83d\\ude00\" | false", "\"\\ud83d\" | true", "\"\\ude00\\ud83d\" | true",
        "\"a\\ude00b\" | true", "\"😀\" | false", "\"\\\\ud83d\" | false",
      })
  void givesHalvesOfSurrogatePairsAsTheyAre(String json, boolean lone) {
    assertThat(Utf8.hasLoneSurrogate(JsonValue.of(utf8(json)).text())).isEqualTo(lone);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {"null | true", "[1,null] | true", "{\"a\":\"null\"} | true", "{\"nul\":1} | false"})
  void saysWhetherANullMayBeWithin(String json, boolean may) {
    assertThat(JsonValue.of(utf8(json)).mayHoldNull()).isEqualTo(may);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "1", "[]", "{", "{a:1}", "{\"a\" 1}", "{\"a\":1", "{\"a\":01}"})
  void refusesTheMembersOfAnythingElse(String json) {
    assertThatThrownBy(() -> JsonValue.of(utf8(json)).members())
        .isInstanceOf(JsonSyntaxException.class);
  }

  @Test
  void refusesWhatIsNestedTooDeep() {
    int depth = 100_000;
    byte[] deep = utf8("{\"a\":".repeat(depth) + "1" + "}".repeat(depth));
    assertThatThrownBy(() -> JsonValue.of(deep).members()).isInstanceOf(JsonSyntaxException.class);
    assertThatThrownBy(() -> JsonPointer.parse("/a").find(deep))
        .isInstanceOf(JsonSyntaxException.class);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void endsWithWhateverTextItIsGiven(long seed) {
    var random = new Random(seed);
    String alphabet = "{}[]\",:\\nul1 aé";
    JsonPointer pointer = JsonPointer.parse("/a/0");
    for (int i = 0; i < GARBAGE; i++) {
      var text = new StringBuilder(random.nextBoolean() ? "{" : "\"");
      for (int length = random.nextInt(16); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      byte[] json = utf8(text.toString());
      passOrRefuse(() -> JsonValue.of(json).members());
      passOrRefuse(() -> JsonValue.of(json).text());
      passOrRefuse(() -> pointer.find(json));
    }
  }

  private static void passOrRefuse(Runnable reading) {
    try {
      reading.run();
    } catch (JsonSyntaxException expected) {
      // not JSON, and told so
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
