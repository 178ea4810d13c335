package penstock.view.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.event.Event;
import penstock.event.EventData;
import penstock.json.JsonValue;
import penstock.stream.Position;

class MergeTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private final Merge merge = new Merge();

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Event event(EventData data) {
    return new Event("1", "/s", "t", "k", null, null, null, new TreeMap<>(), data);
  }

  private @Nullable Entry apply(@Nullable Entry entry, String json) throws FoldException {
    return merge.apply(entry, event(new EventData.Json(utf8(json))), Position.ZERO);
  }

  private String value(Entry entry) {
    Buffer out = Buffer.buffer();
    merge.value(entry, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  /** The table of RFC 7396, appendix A. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"a\":\"b\"}            | {\"a\":\"c\"}                  | {\"a\":\"c\"}",
        "{\"a\":\"b\"}            | {\"b\":\"c\"}                  | {\"a\":\"b\",\"b\":\"c\"}",
        "{\"a\":\"b\"}            | {\"a\":null}                   | {}",
        "{\"a\":\"b\",\"b\":\"c\"}| {\"a\":null}                   | {\"b\":\"c\"}",
        "{\"a\":[\"b\"]}          | {\"a\":\"c\"}                  | {\"a\":\"c\"}",
        "{\"a\":\"c\"}            | {\"a\":[\"b\"]}                | {\"a\":[\"b\"]}",
        "{\"a\":{\"b\":\"c\"}}    | {\"a\":{\"b\":\"d\",\"c\":null}} | {\"a\":{\"b\":\"d\"}}",
        "{\"a\":[{\"b\":\"c\"}]}  | {\"a\":[1]}                    | {\"a\":[1]}",
        "[\"a\",\"b\"]            | [\"c\",\"d\"]                  | [\"c\",\"d\"]",
        "{\"a\":\"b\"}            | [\"c\"]                        | [\"c\"]",
        "{\"a\":\"foo\"}          | null                           | null",
        "{\"a\":\"foo\"}          | \"bar\"                        | \"bar\"",
        "{\"e\":null}             | {\"a\":1}                      | {\"e\":null,\"a\":1}",
        "[1,2]                    | {\"a\":\"b\",\"c\":null}       | {\"a\":\"b\"}",
        "{}                       | {\"a\":{\"bb\":{\"ccc\":null}}}| {\"a\":{\"bb\":{}}}",
      })
  void mergesAsTheSpecificationShows(String target, String patch, String result) throws Exception {
    JsonValue merged = Merge.patch(JsonValue.of(utf8(target)), JsonValue.of(utf8(patch)));
    assertThat(JSON.readTree(merged.bytes())).isEqualTo(JSON.readTree(result));
    // The same one level deeper, where the fields of the entry are what is patched.
    if (!patch.equals("null")) {
      Entry before = Entry.EMPTY.edit().set("x", utf8(target)).done();
      Entry after = apply(before, "{\"x\":" + patch + "}");
      assertThat(JSON.readTree(value(after))).isEqualTo(JSON.readTree("{\"x\":" + result + "}"));
    }
  }

  @Test
  void keepsTheDigitsOfNumbersOnEveryLevel() throws Exception {
    Entry entry = apply(null, "{\"a\":1.10,\"b\":{\"c\":1.1E1,\"d\":12345678901234567890.0}}");
    entry = apply(entry, "{\"b\":{\"e\":-0.0}}");
    assertThat(value(entry))
        .isEqualTo("{\"a\":1.10,\"b\":{\"c\":1.1E1,\"d\":12345678901234567890.0,\"e\":-0.0}}");
  }

  @Test
  void isTheSameEntryIfNothingChanges() throws Exception {
    Entry entry = apply(null, "{\"a\":1,\"b\":{\"c\":2}}");
    assertThat(apply(entry, "{\"a\":1,\"b\":{\"c\":2,\"x\":null},\"y\":null}")).isSameAs(entry);
    assertThat(apply(null, "{}")).isSameAs(Entry.EMPTY);
  }

  @Test
  void writesNamesWithWhatNeedsEscapes() throws Exception {
    Entry entry = apply(null, "{\"a\\\"\\u00fc\\n\":1,\"ü\":2}");
    assertThat(entry.names()).containsExactlyInAnyOrder("a\"ü\n", "ü");
    assertThat(JSON.readTree(value(entry)).get("a\"ü\n").intValue()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "\"x\"", "null", "true"})
  void refusesDataThatIsNoObject(String json) {
    assertThatThrownBy(() -> apply(null, json)).isInstanceOf(FoldException.class);
  }

  @Test
  void refusesOtherData() {
    for (EventData data :
        new EventData[] {EventData.NONE, new EventData.Text("{}"), new EventData.Binary("e30=")}) {
      assertThatThrownBy(() -> merge.apply(null, event(data), Position.ZERO))
          .isInstanceOf(FoldException.class);
    }
  }

  @Test
  void refusesWhatIsNestedTooDeep() {
    String deep = "{\"a\":".repeat(5_000) + "null" + "}".repeat(5_000);
    assertThatThrownBy(() -> apply(null, deep)).isInstanceOf(FoldException.class);
  }

  @Test
  void mergesLikeAReferenceWhateverComes() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ObjectNode reference = JSON.createObjectNode();
    Entry entry = Entry.EMPTY;
    for (int i = 0; i < 5_000; i++) {
      ObjectNode patch = object(random, 3);
      reference = (ObjectNode) reference(reference, patch);
      entry = apply(entry, patch.toString());
      assertThat(JSON.readTree(value(entry))).as("seed %d step %d", seed, i).isEqualTo(reference);
      int bytes = entry.names().stream().mapToInt(n -> utf8(n).length).sum() + sum(entry);
      assertThat(entry.bytes()).as("seed %d", seed).isEqualTo(bytes);
    }
  }

  private static int sum(Entry entry) {
    return entry.names().stream().mapToInt(name -> entry.get(name).length).sum();
  }

  private static JsonNode reference(@Nullable JsonNode target, JsonNode patch) {
    if (!patch.isObject()) {
      return patch;
    }
    ObjectNode result =
        target instanceof ObjectNode object ? object.deepCopy() : JSON.createObjectNode();
    patch
        .properties()
        .forEach(
            member -> {
              if (member.getValue().isNull()) {
                result.remove(member.getKey());
              } else {
                result.set(
                    member.getKey(), reference(result.get(member.getKey()), member.getValue()));
              }
            });
    return result;
  }

  private static ObjectNode object(Random random, int depth) {
    ObjectNode object = JSON.createObjectNode();
    int members = random.nextInt(4);
    for (int i = 0; i < members; i++) {
      object.set(name(random), node(random, depth));
    }
    return object;
  }

  private static String name(Random random) {
    String[] names = {"a", "b", "ü", "with \"quotes\"", "null", "", "{", "\\"};
    return names[random.nextInt(names.length)];
  }

  private static JsonNode node(Random random, int depth) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> nodes.nullNode();
      case 1 -> nodes.numberNode(random.nextInt(3));
      case 2 -> nodes.textNode("null ] } \" \\ ,");
      case 3 -> nodes.booleanNode(random.nextBoolean());
      case 4 -> nodes.arrayNode().add(nodes.nullNode()).add(name(random));
      default -> object(random, depth - 1);
    };
  }

  @Test
  void endsWithWhateverTextItIsGiven() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String alphabet = "{}[]\",:\\nul1 a";
    for (int i = 0; i < 200_000; i++) {
      var text = new StringBuilder("{");
      int length = random.nextInt(16);
      for (int c = 0; c < length; c++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        apply(Entry.EMPTY.edit().set("a", utf8("{}")).done(), text.toString());
      } catch (FoldException expected) {
        // not JSON, and told so
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + text, e);
      }
    }
  }
}
