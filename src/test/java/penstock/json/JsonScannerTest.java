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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scanner against Jackson's parser, on random JSON text and on what becomes of it when bent.
 */
class JsonScannerTest {

  private static final int DOCUMENTS = 500;
  private static final int MUTATIONS = 20;
  private static final String[] SPACES = {"", "", "", " ", "\n", "\t \r"};
  private static final String[] PIECES = {
    "a",
    "0",
    "\"",
    "\\",
    "/",
    "\\n",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\u0000",
    "é",
    "€",
    "😀",
    " ",
    "\\\"",
    "\\\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\u007F",
    "longer than eight bytes, all plain"
  };
  private static final String[] NUMBERS = {
    "0", "-0", "7", "-12", "1.10", "1e400", "-1.5E-7", "0.0", "2E+3", "12345678901234567890.123"
  };
  private static final byte[] BENDS = utf8("\"\\{}[]:,-+.eE019 \ntfn\u0001u/é");

  private final JsonFactory jackson = new JsonFactory();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void takesAndGivesTheSameAsJackson(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < DOCUMENTS; i++) {
      byte[] json = utf8(spaced(random, value(random, 0)));
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

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 5 : 8)) {
      case 0 -> "true";
      case 1 -> random.nextBoolean() ? "false" : "null";
      case 2 -> NUMBERS[random.nextInt(NUMBERS.length)];
      case 3, 4 -> string(random);
      case 5 -> "[" + values(random, depth, "") + "]";
      default -> "{" + values(random, depth, ":") + "}";
    };
  }

  private static String values(Random random, int depth, String colon) {
    var values = new ArrayList<String>();
    for (int i = random.nextInt(4); i > 0; i--) {
      String name = colon.isEmpty() ? "" : spaced(random, string(random)) + colon;
      values.add(name + spaced(random, value(random, depth + 1)));
    }
    return values.isEmpty() ? spaced(random, "") : String.join(",", values);
  }

  private static String string(Random random) {
    var string = new StringBuilder("\"");
    for (int i = random.nextInt(6); i > 0; i--) {
      String piece = PIECES[random.nextInt(PIECES.length)];
      string.append(piece.equals("\"") || piece.equals("\\") ? "\\" + piece : piece);
    }
    return string.append('"').toString();
  }

  private static String spaced(Random random, String token) {
    return SPACES[random.nextInt(SPACES.length)] + token + SPACES[random.nextInt(SPACES.length)];
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
