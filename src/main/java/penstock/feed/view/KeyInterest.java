package penstock.feed.view;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.FrameBatch;
import penstock.feed.room.RoomInterest;

/**
 * What certain keys of a view are now.
 *
 * @param wanted null for all
 */
record KeyInterest(@Nullable Set<String> wanted) implements RoomInterest<ChangeBatch> {

  @Override
  public Set<String> keys() {
    return wanted == null ? Set.of() : wanted;
  }

  @Override
  public boolean addTo(FrameBatch.Builder batch, ChangeBatch changed) {
    FrameBatch frames = changed.frames(wanted, 0);
    if (frames.events() == 0) {
      return false;
    }
    batch.add(frames.frames(), frames.events());
    return true;
  }
}
