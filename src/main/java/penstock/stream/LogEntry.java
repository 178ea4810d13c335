package penstock.stream;

import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import penstock.event.Event;
import penstock.event.EventFields;

/** One event in the log and its place there. */
public record LogEntry(Position position, Event event) {

  /** Reads an array of entries, as XRANGE gives it and XREAD within its reply. */
  public static List<LogEntry> list(Response entries) {
    var list = new ArrayList<LogEntry>(entries.size());
    for (Response entry : entries) {
      list.add(of(Position.parse(entry.get(0).toString()), entry));
    }
    return list;
  }

  static LogEntry of(Position position, Response entry) {
    return new LogEntry(position, EventFields.read(entry.get(1)));
  }
}
