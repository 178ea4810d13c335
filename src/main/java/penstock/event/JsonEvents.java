package penstock.event;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonScanner;
import penstock.json.JsonSyntaxException;
import penstock.json.Utf8;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * Reads one body in the CloudEvents JSON format, or JSON batch format (CloudEvents 1.0.2). For one
 * body. Throws {@link JsonSyntaxException} if it is not JSON, or a {@link ProblemException}.
 */
final class JsonEvents {

  private static final byte[] DATA = {'d', 'a', 't', 'a'};
  private static final byte[] DATA_BASE64 = {'d', 'a', 't', 'a', '_', 'b', 'a', 's', 'e', '6', '4'};

  private final byte[] body;
  private final EventLimits limits;
  private final JsonScanner scanner;
  private final Violations violations = new Violations();
  private final EventDraft draft;

  private byte @Nullable [] data;
  private byte @Nullable [] base64;

  JsonEvents(byte[] body, EventLimits limits, LenientRule lenient) {
    this.body = body;
    this.limits = limits;
    this.draft = new EventDraft(violations, lenient);
    this.scanner = new JsonScanner(body);
  }

  List<Event> one() {
    Event event = event(0, "must be a JSON object (a batch is " + MediaType.BATCH + ")");
    scanner.expectEnd();
    violations.check();
    return List.of(event);
  }

  List<Event> batch() {
    if (scanner.peek() != '[') {
      scanner.skipValue();
      throw ProblemException.of(
          ProblemType.MALFORMED_REQUEST,
          "A batch is a JSON array of events (a single event is " + MediaType.EVENT + ").");
    }
    scanner.expect('[');
    if (scanner.take(']')) {
      throw ProblemException.of(
          ProblemType.MALFORMED_REQUEST, "The batch is empty: send at least one event.");
    }
    var events = new ArrayList<Event>();
    int index = 0;
    do {
      if (index == limits.batchEvents()) {
        throw ProblemException.of(
            ProblemType.BATCH_TOO_LARGE,
            "A batch may have " + limits.batchEvents() + " events: send the rest in further ones.");
      }
      Event event = event(index++, "must be a JSON object");
      if (event != null) {
        events.add(event);
      }
    } while (scanner.more(']'));
    scanner.expectEnd();
    violations.check();
    return events;
  }

  /** Null if it was wrong, which is noted. */
  private @Nullable Event event(int index, String objectRule) {
    draft.begin(index);
    data = null;
    base64 = null;
    if (scanner.peek() != '{') {
      scanner.skipValue();
      draft.wrong(null, objectRule);
      return null;
    }
    int from = scanner.offset();
    scanner.expect('{');
    if (!scanner.take('}')) {
      do {
        scanner.name();
        member();
      } while (scanner.more('}'));
    }
    HttpEvents.checkSize(index, scanner.offset() - from, limits);
    return draft.finish(data());
  }

  private void member() {
    Attribute attribute = Attribute.named(scanner);
    if (attribute != null) {
      attribute(attribute);
    } else if (scanner.stringIs(DATA)) {
      refuseSecond("data", data);
      data = scanner.compactValue();
    } else if (scanner.stringIs(DATA_BASE64)) {
      refuseSecond("data_base64", base64);
      base64 = scanner.compactValue();
    } else {
      extension(scanner.text());
    }
  }

  private void refuseSecond(String member, byte @Nullable [] first) {
    if (first != null) {
      draft.wrong(member, EventDraft.TWICE);
    }
  }

  private void attribute(Attribute attribute) {
    switch (scanner.peek()) {
      case '"' -> {
        scanner.string();
        draft.set(attribute, scanner.text(), scanner.stringIsPlain());
      }
      case 'n' -> {
        scanner.skipValue();
        draft.setAbsent(attribute);
      }
      default -> {
        scanner.skipValue();
        draft.setBroken(attribute, "must be a string");
      }
    }
  }

  private void extension(String name) {
    byte first = scanner.peek();
    int from = scanner.offset();
    scanner.skipValue();
    switch (first) {
      case '"' -> draft.extend(name, scanner.text(), scanner.stringIsPlain());
      case 'n' -> draft.extend(name, null, true);
      case 't' -> draft.extend(name, Boolean.TRUE, true);
      case 'f' -> draft.extend(name, Boolean.FALSE, true);
      case '{', '[' -> draft.wrong(name, "must be a string, a boolean or an integer");
      default -> {
        Integer integer = integer(from, scanner.offset());
        if (integer == null) {
          draft.wrong(name, "must be an integer of 32 bits, if it is a number");
        } else {
          draft.extend(name, integer, true);
        }
      }
    }
  }

  /** The JSON number as an integer; null if it is none of 32 bits. */
  private @Nullable Integer integer(int from, int to) {
    if (to - from > "-2147483648".length()) {
      return null;
    }
    long number = 0;
    boolean negative = body[from] == '-';
    for (int i = negative ? from + 1 : from; i < to; i++) {
      if (body[i] < '0' || body[i] > '9') {
        return null;
      }
      number = 10 * number + body[i] - '0';
    }
    number = negative ? -number : number;
    return number == (int) number ? (Integer) (int) number : null;
  }

  private EventData data() {
    if (base64 != null && base64[0] != 'n') {
      if (data != null) {
        draft.wrong("data_base64", "must not be given beside 'data'");
        return EventData.NONE;
      }
      return binary(base64);
    }
    if (data == null) {
      return EventData.NONE;
    }
    String contentType = draft.get(Attribute.DATACONTENTTYPE);
    MediaType mediaType = contentType == null ? null : MediaType.parse(contentType);
    return mediaType == null || mediaType.isJson() ? new EventData.Json(data) : text(data);
  }

  private EventData text(byte[] json) {
    String text = string(json);
    if (text == null) {
      draft.wrong("data", "must be a string, since 'datacontenttype' is not JSON");
    } else if (Utf8.hasLoneSurrogate(text)) {
      draft.wrong("data", Characters.LONE_SURROGATE);
    } else {
      return new EventData.Text(text);
    }
    return EventData.NONE;
  }

  private EventData binary(byte[] json) {
    String text = string(json);
    if (text != null && Base64Text.isValid(text)) {
      return new EventData.Binary(text);
    }
    draft.wrong("data_base64", "must be a string in base64 (RFC 4648, section 4) with padding");
    return EventData.NONE;
  }

  private static @Nullable String string(byte[] json) {
    if (json[0] != '"') {
      return null;
    }
    var scanner = new JsonScanner(json);
    scanner.string();
    return scanner.text();
  }
}
