package penstock.event;

import java.util.OptionalLong;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvents 1.0 event. Made only by the readers of this package, which check it.
 *
 * @param time as it was sent (RFC 3339)
 * @param extensions by name; each value is a {@link String}, {@link Boolean} or {@link Integer}
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvents
 *     1.0.2</a>
 */
public record Event(
    String id,
    String source,
    String type,
    @Nullable String subject,
    @Nullable String time,
    @Nullable String dataContentType,
    @Nullable String dataSchema,
    SortedMap<String, Object> extensions,
    EventData data) {

  /** The extension attribute that delays an event. */
  public static final String DELIVER_AT = "deliverat";

  /** The text of a context attribute, whatever its type; null if the event does not have it. */
  public @Nullable String attribute(String name) {
    Attribute known = Attribute.named(name);
    if (known == null) {
      Object value = extensions.get(name);
      return value == null ? null : value.toString();
    }
    return switch (known) {
      case SPECVERSION -> "1.0";
      case ID -> id;
      case SOURCE -> source;
      case TYPE -> type;
      case SUBJECT -> subject;
      case TIME -> time;
      case DATACONTENTTYPE -> dataContentType;
      case DATASCHEMA -> dataSchema;
    };
  }

  /** The same without its data. */
  public Event attributes() {
    return new Event(
        id, source, type, subject, time, dataContentType, dataSchema, extensions, EventData.NONE);
  }

  /**
   * What decides the partition: the extension {@code partitionkey} if present, else the subject,
   * else the id.
   */
  public String key() {
    if (extensions.get("partitionkey") instanceof String key) {
      return key;
    }
    return subject != null ? subject : id;
  }

  /**
   * When the event is to enter the log, in milliseconds since 1970: what the extension {@code
   * deliverat} says, if it is there. Of an event that was read from a request.
   */
  public OptionalLong deliverAt() {
    return extensions.get(DELIVER_AT) instanceof String at
        ? OptionalLong.of(Timestamp.millis(at))
        : OptionalLong.empty();
  }
}
