package penstock.json;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Any text is written as Jackson writes it, and read back as it was. */
public final class JsonWriterFuzz {

  private JsonWriterFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    Buffer out = Buffer.buffer();
    new JsonWriter(out).string(text);
    byte[] json = out.getBytes();
    String quoted = '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    if (!Arrays.equals(json, quoted.getBytes(StandardCharsets.UTF_8))) {
      throw new AssertionError("not as Jackson writes it: " + out);
    }
    if (!JsonValue.of(json).text().equals(text)) {
      throw new AssertionError("not read back: " + out);
    }
  }
}
