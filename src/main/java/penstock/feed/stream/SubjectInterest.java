package penstock.feed.stream;

import java.util.Set;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.feed.room.RoomInterest;
import penstock.stream.filter.EventFilter;

/**
 * Events of certain subjects.
 *
 * @param filter of whole subjects
 */
record SubjectInterest(EventFilter filter) implements RoomInterest<BufferedEvent> {

  @Override
  public Set<String> keys() {
    return filter.subjects().exact();
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
