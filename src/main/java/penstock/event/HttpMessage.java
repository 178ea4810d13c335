package penstock.event;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonWriter;

/**
 * Events as an HTTP message that Penstock sends, in one of the three content modes of the HTTP
 * binding. What {@link HttpEvents} reads of it are the same events.
 *
 * @param contentType null if what is sent has no type that is known
 * @param headers the attributes in binary mode; name and value, as they go out
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md">HTTP
 *     binding 1.0.2</a>
 */
public record HttpMessage(
    @Nullable String contentType, List<Map.Entry<String, String>> headers, Buffer body) {

  /** One event, all of it in the body. */
  public static HttpMessage structured(Event event) {
    Buffer body = Buffer.buffer();
    EventJson.write(event, body);
    return new HttpMessage(MediaType.EVENT, List.of(), body);
  }

  /** Several events in one body, in their order. */
  public static HttpMessage batched(List<Event> events) {
    Buffer body = Buffer.buffer();
    var json = new JsonWriter(body).beginArray();
    for (Event event : events) {
      EventJson.write(event, json);
    }
    json.endArray();
    return new HttpMessage(MediaType.BATCH, List.of(), body);
  }

  /**
   * One event, the data as the body and the attributes as headers. What would be read as something
   * else so goes out structured, since whoever takes events understands each mode: data without a
   * content type that is no JSON, JSON or text in a charset that does not carry it, and data that
   * is an event itself.
   */
  public static HttpMessage binary(Event event) {
    String type = event.dataContentType();
    MediaType mediaType = type == null ? null : MediaType.parse(type);
    if (mediaType != null && mediaType.subtype().startsWith("cloudevents")) {
      return structured(event);
    }
    return switch (event.data()) {
      case EventData.None none -> binary(event, type, Buffer.buffer());
      case EventData.Json data ->
          mediaType == null || mediaType.isUtf8()
              ? binary(event, type == null ? MediaType.JSON : type, Buffer.buffer(data.json()))
              : structured(event);
      case EventData.Binary data ->
          mediaType == null || mediaType.isJson()
              ? structured(event)
              : binary(event, type, Buffer.buffer(Base64.getDecoder().decode(data.base64())));
      case EventData.Text data ->
          mediaType == null || mediaType.isUtf8()
              ? binary(event, type, Buffer.buffer(data.text()))
              : structured(event);
    };
  }

  private static HttpMessage binary(Event event, @Nullable String contentType, Buffer body) {
    var headers = new ArrayList<Map.Entry<String, String>>(8 + event.extensions().size());
    headers.add(Map.entry("ce-specversion", "1.0"));
    add(headers, "ce-id", event.id());
    add(headers, "ce-source", event.source());
    add(headers, "ce-type", event.type());
    add(headers, "ce-subject", event.subject());
    add(headers, "ce-time", event.time());
    add(headers, "ce-dataschema", event.dataSchema());
    event.extensions().forEach((name, value) -> add(headers, "ce-" + name, value.toString()));
    return new HttpMessage(contentType, headers, body);
  }

  private static void add(
      List<Map.Entry<String, String>> headers, String name, @Nullable String value) {
    if (value != null) {
      headers.add(Map.entry(name, HeaderValue.encode(value)));
    }
  }
}
