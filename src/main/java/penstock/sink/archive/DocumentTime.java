package penstock.sink.archive;

import java.time.Instant;
import penstock.event.Event;
import penstock.event.Timestamp;
import penstock.stream.Position;

/** When an event was, by its own word or by the log. */
final class DocumentTime {

  /** What a date of Elasticsearch can be, as text: years of four digits. */
  private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();

  private static final long LAST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

  private DocumentTime() {}

  /** What the event says, in milliseconds; else, or if that is no date, when it was appended. */
  static Instant of(Event event, Position position) {
    String time = event.time();
    if (time != null && Timestamp.isValid(time)) {
      long millis = Timestamp.millis(time);
      if (millis >= FIRST && millis <= LAST) {
        return Instant.ofEpochMilli(millis);
      }
    }
    return of(position);
  }

  /** When it was appended, by Redis's clock; whoever appends by hand may give any time. */
  static Instant of(Position position) {
    boolean isDate = position.millis() >= 0 && position.millis() <= LAST;
    return Instant.ofEpochMilli(isDate ? position.millis() : LAST);
  }
}
