package penstock.audit;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventData;

/**
 * One thing that is written down: a request, or how many requests there were besides.
 *
 * @param id the event's, so that it is one event however often it is sent to Redis
 * @param type {@code audit.} and what became of it
 * @param subject the path of the request; null for a count
 * @param data what is known of it
 * @param traceParent of the request's span; null if it is not traced
 */
record AuditRecord(
    String id,
    Instant time,
    String type,
    @Nullable String subject,
    JsonObject data,
    @Nullable String traceParent) {

  private static final String PREFIX = "audit.";
  private static final String COUNTED = PREFIX + "counted";
  private static final String JSON = "application/json";

  /** Longer is cut: it may be the caller's. */
  private static final int LONGEST = 256;

  static AuditRecord of(
      Instant time,
      AuditOutcome outcome,
      String path,
      JsonObject data,
      @Nullable String traceParent) {
    return new AuditRecord(
        newId(), time, PREFIX + outcome, cut(path), data.put("outcome", "" + outcome), traceParent);
  }

  /** How many requests of each outcome there were that have no record of their own. */
  static AuditRecord counted(Instant time, JsonObject counts) {
    return new AuditRecord(newId(), time, COUNTED, null, counts, null);
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }

  /**
   * As an event.
   *
   * @param source says which instance
   */
  Event event(String source) {
    SortedMap<String, Object> extensions = new TreeMap<>();
    if (traceParent != null) {
      extensions.put("traceparent", traceParent);
    }
    return new Event(
        id,
        source,
        type,
        subject,
        time.toString(),
        JSON,
        null,
        extensions,
        new EventData.Json(data.encode().getBytes(StandardCharsets.UTF_8)));
  }

  /** As a line of a log: JSON, so that nothing in it ends the line. */
  String line() {
    return new JsonObject().put("type", type).put("subject", subject).mergeIn(data).encode();
  }
}
