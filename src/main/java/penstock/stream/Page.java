package penstock.stream;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import penstock.event.EventJson;
import penstock.http.JsonBody;

/**
 * Some events of a stream, in order.
 *
 * @param cursor behind the last event that was looked at, told or not
 * @param caughtUp whether nothing came after it when it was read
 */
record Page(List<LogEntry> entries, Cursor cursor, boolean caughtUp) implements JsonBody {

  private static final int TYPICAL = 512;

  @Override
  public Buffer json() {
    Buffer out = Buffer.buffer(TYPICAL * (1 + entries.size())).appendString("{\"events\":[");
    for (int i = 0; i < entries.size(); i++) {
      if (i > 0) {
        out.appendByte((byte) ',');
      }
      EventJson.write(entries.get(i).event(), out);
    }
    return out.appendString("],\"cursor\":\"")
        .appendString(cursor.encode())
        .appendString("\",\"caughtUp\":" + caughtUp + "}");
  }
}
