package penstock.event;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests as the tests of this package send them to {@link HttpEvents}. */
final class Requests {

  static final EventLimits LIMITS = new EventLimits(2_000, 20);

  private static final PlainDefaults DEFAULTS = new PlainDefaults("t", "/s", null, "1");

  private Requests() {}

  /** Headers from lines such as {@code ce-id: 1}. */
  static MultiMap headers(String... lines) {
    MultiMap headers = HeadersMultiMap.httpHeaders();
    for (String line : lines) {
      int colon = line.indexOf(':');
      headers.add(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    return headers;
  }

  static PlainDefaults defaults() {
    return DEFAULTS;
  }

  static List<Event> read(MultiMap headers, byte[] body) {
    return new HttpEvents(LIMITS).read(headers, Buffer.buffer(body), Requests::defaults);
  }

  static List<Event> read(String body, String... headers) {
    return read(headers(headers), utf8(body));
  }

  static Event structured(String json) {
    return read(json, "Content-Type: application/cloudevents+json").getFirst();
  }

  static List<Event> batch(String json) {
    return read(json, "Content-Type: application/cloudevents-batch+json");
  }

  static String json(Event event) {
    Buffer out = Buffer.buffer();
    EventJson.write(event, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
