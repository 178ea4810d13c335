package penstock.event;

import io.vertx.core.MultiMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Lines of headers, an empty line and a body: in binary mode, or plain, or neither. */
public final class BinaryEventFuzz {

  private BinaryEventFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\n\n");
    if (end < 0) {
      return;
    }
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    for (String line : text.substring(0, end).split("\n")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.add(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    byte[] body = text.substring(end + 2).getBytes(StandardCharsets.ISO_8859_1);
    EventRoundTrip.check(() -> Requests.read(headers, body));
  }
}
