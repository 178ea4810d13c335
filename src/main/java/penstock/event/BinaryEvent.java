package penstock.event;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonScanner;
import penstock.json.Utf8;

/**
 * Reads one event whose data is the body: in binary content mode (HTTP binding 1.0.2, section 3.1),
 * or plain JSON with attributes from elsewhere.
 */
final class BinaryEvent {

  private static final String PREFIX = "ce-";

  private final byte[] body;
  private final EventLimits limits;
  private final Violations violations = new Violations();
  private final EventDraft draft;

  BinaryEvent(byte[] body, EventLimits limits, LenientRule lenient) {
    this.body = body;
    this.limits = limits;
    this.draft = new EventDraft(violations, lenient);
    draft.begin(0);
  }

  /**
   * @param mediaType of the body; null if the request has none
   */
  List<Event> withHeaders(MultiMap headers, @Nullable MediaType mediaType) {
    int size = body.length;
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey();
      if (name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
        size += name.length() + header.getValue().length();
        attribute(name.substring(PREFIX.length()).toLowerCase(Locale.ROOT), header.getValue());
      }
    }
    String contentType = headers.get(HttpHeaders.CONTENT_TYPE);
    if (contentType != null) {
      size += contentType.length();
      draft.set(Attribute.DATACONTENTTYPE, contentType, false);
    }
    HttpEvents.checkSize(0, size, limits);
    return finish(data(mediaType));
  }

  List<Event> withDefaults(PlainDefaults defaults, String contentType) {
    HttpEvents.checkSize(0, body.length, limits);
    draft.set(Attribute.SPECVERSION, "1.0", true);
    draft.set(
        Attribute.ID,
        defaults.id() == null ? UUID.randomUUID().toString() : defaults.id(),
        defaults.id() == null);
    draft.set(Attribute.SOURCE, defaults.source(), false);
    draft.set(Attribute.TYPE, defaults.type(), false);
    if (defaults.subject() != null) {
      draft.set(Attribute.SUBJECT, defaults.subject(), false);
    }
    draft.set(Attribute.DATACONTENTTYPE, contentType, false);
    return finish(json());
  }

  private List<Event> finish(EventData data) {
    Event event = draft.finish(data);
    violations.check();
    return List.of(event);
  }

  private void attribute(String name, String header) {
    Attribute attribute = Attribute.named(name);
    if (attribute == Attribute.DATACONTENTTYPE) {
      draft.wrong(name, "must be sent as Content-Type, not as a header of its own");
      return;
    }
    if (name.equals("data")) {
      draft.wrong(name, "must be sent as the body, not as a header");
      return;
    }
    String value;
    try {
      value = HeaderValue.decode(header);
    } catch (HeaderValue.Broken broken) {
      if (attribute != null) {
        draft.setBroken(attribute, broken.rule());
      } else {
        draft.wrong(name, broken.rule());
      }
      return;
    }
    if (attribute != null) {
      draft.set(attribute, value, false);
    } else {
      draft.extend(name, value, false);
    }
  }

  private EventData data(@Nullable MediaType mediaType) {
    if (body.length == 0) {
      return EventData.NONE;
    }
    if (mediaType == null || mediaType.isJson()) {
      return json();
    }
    if (mediaType.isText() && mediaType.isUtf8() && Utf8.firstBroken(body) < 0) {
      return new EventData.Text(new String(body, StandardCharsets.UTF_8));
    }
    return new EventData.Binary(Base64.getEncoder().encodeToString(body));
  }

  private EventData json() {
    HttpEvents.checkUtf8(body);
    var scanner = new JsonScanner(body);
    byte[] json = scanner.compactValue();
    scanner.expectEnd();
    return new EventData.Json(json);
  }
}
