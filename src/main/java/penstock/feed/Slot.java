package penstock.feed;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
 */
record Slot(Place place, @Nullable String subject, String type, Buffer frame) {

  /** What a slot costs beside its frame. */
  private static final int OVERHEAD = 200;

  static Slot of(Scope scope, LogState log, LogEntry entry) {
    Place place = Place.in(log, entry.position());
    Event event = entry.event();
    return new Slot(
        place,
        event.subject(),
        event.type(),
        Frames.event(new Cursor(scope, List.of(place)), event));
  }

  Position position() {
    return place.position();
  }

  int bytes() {
    return frame.length() + OVERHEAD;
  }
}
