package penstock.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A pointer on the first line, JSON text behind it: Jackson's tree has the same value there. */
public final class JsonPointerFuzz {

  private static final ObjectMapper JACKSON = new ObjectMapper();

  private JsonPointerFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    String text = new String(input, StandardCharsets.UTF_8);
    int line = text.indexOf('\n');
    if (line < 0) {
      return;
    }
    JsonPointer pointer;
    try {
      pointer = JsonPointer.parse(text.substring(0, line));
    } catch (IllegalArgumentException refused) {
      return;
    }
    byte[] json = text.substring(line + 1).getBytes(StandardCharsets.UTF_8);
    try {
      var scanner = new JsonScanner(json);
      scanner.skipValue();
      scanner.expectEnd();
    } catch (JsonSyntaxException notJson) {
      return;
    }
    JsonNode there = JACKSON.readTree(json).at(pointer.toString());
    JsonValue found = pointer.find(json);
    JsonNode here = found == null ? null : JACKSON.readTree(found.bytes());
    if (here == null ? !there.isMissingNode() : !here.equals(there)) {
      throw new AssertionError(pointer + ": " + here + ", to Jackson " + there);
    }
  }
}
