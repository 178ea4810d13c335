package penstock.presence;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import penstock.json.JsonName;
import penstock.json.JsonWriter;

/**
 * A member that is there.
 *
 * @param since when it joined, in milliseconds of Redis's clock
 * @param deadline when it times out without a further heartbeat
 * @param metadata JSON
 */
record Presence(String member, long since, long deadline, byte[] metadata) {

  private static final JsonName MEMBER = JsonName.of("member");
  private static final JsonName SINCE = JsonName.of("since");
  private static final JsonName DEADLINE = JsonName.of("deadline");
  private static final JsonName DATA = JsonName.of("data");

  /** The form that the script gives the times in events: always with milliseconds. */
  private static final DateTimeFormatter RFC_3339 =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private static final int TYPICAL = 128;

  /** As JSON. */
  Buffer json() {
    Buffer out = Buffer.buffer(TYPICAL + metadata.length);
    write(new JsonWriter(out));
    return out;
  }

  void write(JsonWriter json) {
    json.beginObject().name(MEMBER).string(member);
    json.name(SINCE).string(time(since)).name(DEADLINE).string(time(deadline));
    json.name(DATA).value(metadata).endObject();
  }

  private static String time(long millis) {
    return RFC_3339.format(Instant.ofEpochMilli(millis));
  }
}
