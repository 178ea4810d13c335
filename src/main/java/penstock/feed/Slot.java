package penstock.feed;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import penstock.event.Event;
import penstock.stream.Cursor;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Place;
import penstock.stream.Position;
import penstock.stream.Scope;

/**
 * An event as readers get it, and what their filters ask of it.
 *
 * @param frame shared by all readers; not to be modified
 * @param attributes the event without its data
 */
record Slot(Place place, Event attributes, Buffer frame) {

  /** What a slot costs beside its frame. */
  private static final int OVERHEAD = 500;

  static Slot of(Scope scope, LogState log, LogEntry entry) {
    Place place = Place.in(log, entry.position());
    Event event = entry.event();
    return new Slot(
        place, event.attributes(), Frames.event(new Cursor(scope, List.of(place)), event));
  }

  Position position() {
    return place.position();
  }

  int bytes() {
    return frame.length() + OVERHEAD;
  }
}
