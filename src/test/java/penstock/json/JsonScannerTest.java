package penstock.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scanner against Jackson's parser, on random JSON text and on what becomes of it when bent.
 */
class JsonScannerTest {

  private static final int DOCUMENTS = 500;
  private static final int MUTATIONS = 20;
  private static final byte[] BENDS = utf8("\"\\{}[]:,-+.eE019 \ntfn\u0001u/é");

  private final JsonFactory jackson = new JsonFactory();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void takesAndGivesTheSameAsJackson(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < DOCUMENTS; i++) {
      byte[] json = utf8(RandomJson.document(random));
      byte[] compact = compact(json);

      assertThat(tokens(compact)).as(text(json)).isNotNull().isEqualTo(tokens(json));
      assertThat(compact.length).isEqualTo(bytesOutsideSpace(json));
      for (int mutation = 0; mutation < MUTATIONS; mutation++) {
        byte[] bent = bend(json, random);
        if (Utf8.firstBroken(bent) < 0 && !looksLikeUtf32(bent)) {
          assertThat(isJson(bent)).as(text(bent)).isEqualTo(tokens(bent) != null);
        }
      }
    }
  }

  /** The last that is taken, and the first that is not. */
  static Stream<Arguments> bounds() {
    int depth = JsonScanner.MAX_DEPTH;
    int digits = JsonScanner.MAX_NUMBER;
    int name = JsonScanner.MAX_NAME;
    return Stream.of(
        Arguments.of("arrays", arrays(depth), true),
        Arguments.of("too many arrays", arrays(depth + 1), false),
        Arguments.of("objects", objects(depth), true),
        Arguments.of("too many objects", objects(depth + 1), false),
        Arguments.of("both", "[".repeat(depth - 1) + "{}" + "]".repeat(depth - 1), true),
        Arguments.of("too many of both", "{\"a\":" + arrays(depth) + "}", false),
        Arguments.of("one after the other", "[" + "[],".repeat(10 * depth) + "{}]", true),
        Arguments.of("unclosed", "[".repeat(100_000), false),
        Arguments.of("digits", "1".repeat(digits), true),
        Arguments.of("too many digits", "1".repeat(digits + 1), false),
        Arguments.of("digits behind the point", "0." + "1".repeat(digits - 2), true),
        Arguments.of("too many behind the point", "0." + "1".repeat(digits - 1), false),
        Arguments.of("name", "{\"" + "a".repeat(name) + "\":1}", true),
        Arguments.of("too long a name", "{\"" + "a".repeat(name + 1) + "\":1}", false),
        Arguments.of("half a pair in a value", "\"\\ud83d\"", true),
        Arguments.of("half a pair in a name", "{\"\\ud83d\":1}", false),
        Arguments.of("the other half in a name", "{\"a\\ude00\":1}", false),
        Arguments.of("a pair in a name", "{\"\\ud83d\\ude00\":1}", true));
  }

  private static String arrays(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private static String objects(int depth) {
    return "{\"a\":".repeat(depth - 1) + "{}" + "}".repeat(depth - 1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bounds")
  void takesNothingBeyondItsBoundsNorBeyondThoseOfJackson(String what, String json, boolean taken) {
    assertThat(isJson(utf8(json))).isEqualTo(taken);
    if (taken) {
      assertThat(tokens(utf8(json))).isNotNull();
    }
  }

  /**
   * Jackson guesses an encoding from NUL bytes, which are not in these texts, but may be bent in.
   */
  private static boolean looksLikeUtf32(byte[] json) {
    return json.length > 0 && Arrays.stream(ints(json)).limit(4).anyMatch(one -> one == 0);
  }

  private static int[] ints(byte[] bytes) {
    int[] ints = new int[bytes.length];
    Arrays.setAll(ints, i -> bytes[i]);
    return ints;
  }

  private static boolean isJson(byte[] json) {
    try {
      var scanner = new JsonScanner(json);
      scanner.skipValue();
      scanner.expectEnd();
      return true;
    } catch (JsonSyntaxException notJson) {
      return false;
    }
  }

  private static byte[] compact(byte[] json) {
    var scanner = new JsonScanner(json);
    byte[] compact = scanner.compactValue();
    scanner.expectEnd();
    return compact;
  }

  /** All tokens of one JSON value and their text, numbers as they stand; null if it is not JSON. */
  private List<String> tokens(byte[] json) {
    var tokens = new ArrayList<String>();
    try (JsonParser parser = jackson.createParser(json)) {
      int depth = 0;
      while (parser.nextToken() != null) {
        if (depth == 0 && !tokens.isEmpty()) {
          return null;
        }
        JsonToken token = parser.currentToken();
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        tokens.add(token + " " + parser.getText());
      }
    } catch (IOException notJson) {
      return null;
    }
    return tokens.isEmpty() ? null : tokens;
  }

  private static int bytesOutsideSpace(byte[] json) {
    String outside = text(json).replaceAll("(\"(?:[^\"\\\\]|\\\\.)*+\")|\\s+", "$1");
    return utf8(outside).length;
  }

  private static byte[] bend(byte[] json, Random random) {
    byte[] bent = json.clone();
    int at = random.nextInt(bent.length);
    switch (random.nextInt(4)) {
      case 0 -> bent[at] = BENDS[random.nextInt(BENDS.length)];
      case 1 -> bent = Arrays.copyOf(bent, at);
      case 2 -> System.arraycopy(json, at, bent, Math.max(0, at - 1), json.length - at);
      default -> bent[at] = (byte) random.nextInt(256);
    }
    return bent;
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
