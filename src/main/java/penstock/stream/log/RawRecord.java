package penstock.stream.log;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventFields;
import penstock.stream.Position;

/**
 * A log entry as it was read, not looked into yet: it may be one that nobody can read.
 *
 * @param from how many elements of the fields come before the event
 * @param known the event, where this instance wrote it; null if it has to be read
 */
public record RawRecord(Position position, Response fields, int from, @Nullable Event known) {

  private static final String SUBJECT = "subject";

  public RawRecord(Position position, Response fields, int from) {
    this(position, fields, from, null);
  }

  /** Reads the reply of XRANGE. */
  public static List<RawRecord> list(@Nullable Response entries) {
    if (entries == null) {
      return List.of();
    }
    var list = new ArrayList<RawRecord>(entries.size());
    for (Response entry : entries) {
      list.add(new RawRecord(Position.parse(entry.get(0).toString()), entry.get(1), 0));
    }
    return list;
  }

  /** Reads the reply of XREADGROUP for one stream. */
  public static List<RawRecord> ofGroup(@Nullable Response reply) {
    return list(reply == null || reply.size() == 0 ? null : reply.get(0).get(1));
  }

  /** One whose fields and values are known. */
  public static RawRecord of(Position position, List<byte[]> fields) {
    return of(position, fields, null);
  }

  /**
   * The same.
   *
   * @param known the event of which they are; null if it has to be read
   */
  public static RawRecord of(Position position, List<byte[]> fields, @Nullable Event known) {
    var all = MultiType.create(fields.size(), false);
    fields.forEach(field -> all.add(BulkType.create(Buffer.buffer(field), false)));
    return new RawRecord(position, all, 0, known);
  }

  /**
   * Reads the event.
   *
   * @throws RuntimeException if it is none that Penstock wrote
   */
  public Event event() {
    return known == null ? EventFields.read(fields, from) : known;
  }

  /** The same where it was appended. */
  public RawRecord at(Position appended) {
    return new RawRecord(appended, fields, from, known);
  }

  /** The event's subject; null if it has none. */
  public @Nullable String subject() {
    for (int i = from; i + 1 < fields.size(); i += 2) {
      if (fields.get(i).toString().equals(SUBJECT)) {
        return fields.get(i + 1).toString(StandardCharsets.UTF_8);
      }
    }
    return null;
  }

  public int bytes() {
    int bytes = 0;
    for (Response field : fields) {
      bytes += field.toBuffer().length();
    }
    return bytes;
  }
}
