package penstock.event;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.json.JsonSyntaxException;
import penstock.json.Utf8;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Violation;

/**
 * Reads the events of an HTTP request: CloudEvents 1.0 in structured, batched or binary content
 * mode, or plain JSON that becomes the data of one event. Either all events of a request are good,
 * or none is given. Immutable; any thread.
 */
public final class HttpEvents {

  private static final String CLOUD_EVENTS = "cloudevents";
  private static final String BATCH = "cloudevents-batch";
  private static final String JSON_FORMAT = "+json";

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /** Any of these headers makes a request one of binary mode. */
  private static final List<CharSequence> MARKS =
      List.of(
          HttpHeaders.createOptimized("ce-specversion"),
          HttpHeaders.createOptimized("ce-id"),
          HttpHeaders.createOptimized("ce-source"),
          HttpHeaders.createOptimized("ce-type"));

  private final EventLimits limits;
  private final LenientRule lenient;

  /** Takes what CloudEvents allows. */
  public HttpEvents(EventLimits limits) {
    this(limits, LenientRule.STRICT);
  }

  /**
   * @param lenient what is taken beyond it
   */
  public HttpEvents(EventLimits limits, LenientRule lenient) {
    this.limits = limits;
    this.lenient = lenient;
  }

  /**
   * Reads a request. The content type decides how, as section 3 of the HTTP binding has it; a
   * content type that is not of CloudEvents means binary mode if there is any header of a required
   * attribute, else plain JSON.
   *
   * @param plain asked only if the request is plain JSON; what it throws is passed on
   * @return at least one event, in the order of the request
   * @throws ProblemException of type MALFORMED_REQUEST (not JSON, not UTF-8, an empty batch),
   *     INVALID_EVENT (rules of CloudEvents are broken: which ones is in its errors),
   *     EVENT_TOO_LARGE, BATCH_TOO_LARGE or UNSUPPORTED_MEDIA_TYPE
   */
  public List<Event> read(MultiMap headers, Buffer body, Supplier<PlainDefaults> plain) {
    String contentType = headers.get(HttpHeaders.CONTENT_TYPE);
    MediaType mediaType = contentType == null ? null : MediaType.parse(contentType);
    byte[] bytes = body.getBytes();
    if (isMarked(bytes) && (mediaType == null || isJson(mediaType))) {
      bytes = Arrays.copyOfRange(bytes, BYTE_ORDER_MARK.length, bytes.length);
    }
    try {
      if (mediaType != null && mediaType.subtype().startsWith(CLOUD_EVENTS)) {
        return inFormat(mediaType, bytes);
      }
      if (isBinaryMode(headers)) {
        if (mediaType != null && mediaType.isJson() && !mediaType.isUtf8()) {
          throw unsupported();
        }
        return new BinaryEvent(bytes, limits, lenient).withHeaders(headers, mediaType);
      }
      if (contentType != null && isPlain(mediaType)) {
        return new BinaryEvent(bytes, limits, lenient).withDefaults(plain.get(), contentType);
      }
      throw unsupported();
    } catch (JsonSyntaxException notJson) {
      throw ProblemException.of(
          ProblemType.MALFORMED_REQUEST,
          "The body is not JSON: at " + notJson.describe(bytes) + ".");
    }
  }

  /** Some tools begin JSON with one; a reader may ignore it (RFC 8259, 8.1). */
  private static boolean isMarked(byte[] body) {
    return body.length >= BYTE_ORDER_MARK.length
        && Arrays.equals(
            body, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
  }

  private static boolean isJson(MediaType mediaType) {
    return mediaType.isJson() || mediaType.subtype().startsWith(CLOUD_EVENTS);
  }

  private List<Event> inFormat(MediaType mediaType, byte[] body) {
    boolean json =
        mediaType.type().equals("application")
            && mediaType.subtype().endsWith(JSON_FORMAT)
            && mediaType.isUtf8();
    String kind =
        json
            ? mediaType.subtype().substring(0, mediaType.subtype().length() - JSON_FORMAT.length())
            : "";
    return switch (kind) {
      case CLOUD_EVENTS -> {
        checkUtf8(body);
        yield new JsonEvents(body, limits, lenient).one();
      }
      case BATCH -> {
        checkUtf8(body);
        yield new JsonEvents(body, limits, lenient).batch();
      }
      default -> throw unsupported();
    };
  }

  private static boolean isBinaryMode(MultiMap headers) {
    for (CharSequence mark : MARKS) {
      if (headers.contains(mark)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPlain(@Nullable MediaType mediaType) {
    return mediaType != null
        && mediaType.type().equals("application")
        && mediaType.subtype().equals("json")
        && mediaType.isUtf8();
  }

  static void checkUtf8(byte[] body) {
    int broken = Utf8.firstBroken(body);
    if (broken >= 0) {
      throw new JsonSyntaxException(broken, "there is a byte that is not UTF-8");
    }
  }

  static void checkSize(int event, int bytes, EventLimits limits) {
    if (bytes > limits.eventBytes()) {
      String rule = "has " + bytes + " bytes; " + limits.eventBytes() + " are allowed";
      throw Problem.invalid(
              ProblemType.EVENT_TOO_LARGE,
              "Event " + event + " " + rule + ".",
              List.of(new Violation(event, null, rule)))
          .exception();
    }
  }

  private static ProblemException unsupported() {
    return ProblemException.of(
        ProblemType.UNSUPPORTED_MEDIA_TYPE,
        "Accepted in UTF-8: "
            + MediaType.EVENT
            + ", "
            + MediaType.BATCH
            + ", any content type with the headers ce-specversion, ce-id, ce-source and ce-type,"
            + " or application/json as the data of one event.");
  }
}
