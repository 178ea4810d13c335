package penstock.feed.stream;

import java.util.List;
import java.util.Set;
import penstock.event.Event;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.feed.room.RoomInterest;
import penstock.stream.filter.EventFilter;

/** Events that pass a filter. */
record EventInterest(EventFilter filter) implements RoomInterest<BufferedEvent> {

  /** What an event is looked up by: its subject, if it has one. */
  static List<String> keys(Event event) {
    String subject = event.subject();
    return subject == null ? List.of() : List.of(subject);
  }

  @Override
  public Set<String> keys() {
    return filter.subjects().isExact() ? filter.subjects().exact() : Set.of();
  }

  @Override
  public boolean addTo(FrameBatch.Builder batch, BufferedEvent event) {
    if (!filter.matches(event.attributes())) {
      return false;
    }
    batch.add(event.frame(), 1);
    return true;
  }
}
