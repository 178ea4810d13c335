package penstock.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes, against the JDK's decoder and Jackson's parser: the same text is JSON for both, but
 * for what the scanner's own bounds refuse, and what is taken has the same tokens, also compacted.
 */
public final class JsonScannerFuzz {

  /** The rules that are stricter than Jackson's. */
  private static final Pattern BOUNDS =
      Pattern.compile(".*(longer than|deeper than|half of a surrogate pair).*");

  /**
   * Of such a character Jackson looks at the low byte only, which may be that of a hexadecimal
   * digit: U+0364 is a d to it.
   */
  private static final Pattern TAKEN_FOR_A_DIGIT =
      Pattern.compile("\\\\u\\p{XDigit}{0,3}[^\\x00-\\x7f]");

  private static final JsonFactory JACKSON = new JsonFactory();

  private JsonScannerFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = text(input);
    if ((text != null) != (Utf8.firstBroken(input) < 0)) {
      throw new AssertionError("UTF-8 to one, and not to the other");
    }
    if (text == null) {
      return;
    }
    List<String> tokens = tokens(text);
    try {
      var scanner = new JsonScanner(input);
      byte[] compact = scanner.compactValue();
      scanner.expectEnd();
      if (tokens == null || !tokens.equals(tokens(new String(compact, StandardCharsets.UTF_8)))) {
        throw new AssertionError("Jackson: " + tokens);
      }
      if (tokens.getFirst().startsWith("START_OBJECT")) {
        JsonValue.of(input).members();
      }
    } catch (JsonSyntaxException refused) {
      String rule = refused.describe(input);
      if (tokens != null
          && !BOUNDS.matcher(rule).matches()
          && !TAKEN_FOR_A_DIGIT.matcher(text).find()) {
        throw new AssertionError("Jackson takes it: " + rule, refused);
      }
    }
  }

  private static @Nullable String text(byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException broken) {
      return null;
    }
  }

  /** All tokens of one JSON value and their text, numbers as they stand; null if it is not JSON. */
  private static @Nullable List<String> tokens(String json) {
    var tokens = new ArrayList<String>();
    try (JsonParser parser = JACKSON.createParser(new StringReader(json))) {
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
}
