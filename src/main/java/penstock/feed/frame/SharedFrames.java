package penstock.feed.frame;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was encoded in a turn for one reader and is kept until its end for those who want the same.
 * Belongs to an event loop.
 *
 * @param <W> what a reader wants, and where it stands
 */
public final class SharedFrames<W> {

  /** Most readers stand at the head; those scattered behind it would only fill the memory. */
  static final int MOST = 64;

  private final Map<W, FrameBatch> batches = new HashMap<>();

  /** Null if there is none. Who writes it retains it before. */
  public @Nullable FrameBatch get(W wanted) {
    return batches.get(wanted);
  }

  /**
   * Keeps a batch until the end of the turn, in the place of whoever made it.
   *
   * @return false if there are too many already: then it is its maker's alone
   */
  public boolean keep(W wanted, FrameBatch batch) {
    if (batches.size() == MOST) {
      return false;
    }
    batches.put(wanted, batch);
    return true;
  }

  /** The turn is over. */
  public void release() {
    batches.values().forEach(FrameBatch::release);
    batches.clear();
  }
}
