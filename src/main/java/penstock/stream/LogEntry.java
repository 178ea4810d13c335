package penstock.stream;

import io.vertx.redis.client.Response;
import penstock.event.Event;
import penstock.event.EventFields;

/** One event in the log and its place there. */
public record LogEntry(Position position, Event event) {

  public static LogEntry of(Position position, Response entry) {
    return new LogEntry(position, EventFields.read(entry.get(1)));
  }
}
