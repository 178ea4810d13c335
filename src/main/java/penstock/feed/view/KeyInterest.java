package penstock.feed.view;

import java.util.Set;
import penstock.feed.frame.FrameBatch;
import penstock.feed.room.RoomInterest;

/**
 * What certain keys of a view are now.
 *
 * @param keys none for all
 */
record KeyInterest(Set<String> keys) implements RoomInterest<ChangeBatch> {

  @Override
  public boolean addTo(FrameBatch.Builder batch, ChangeBatch changed) {
    FrameBatch wanted = changed.frames(keys.isEmpty() ? null : keys, 0);
    if (wanted.events() == 0) {
      return false;
    }
    batch.add(wanted.frames(), wanted.events());
    return true;
  }
}
