package penstock.feed;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was encoded in a turn for one reader and is kept until its end for those who want the same.
 * Belongs to an event loop.
 *
 * @param <W> what a reader wants, and where it stands
 */
final class SharedChunks<W> {

  /** Most readers stand at the head; those scattered behind it would only fill the memory. */
  static final int MOST = 64;

  private final Map<W, Chunk> chunks = new HashMap<>();

  /** Null if there is none. Who writes it retains it before. */
  @Nullable Chunk get(W wanted) {
    return chunks.get(wanted);
  }

  /**
   * Keeps a chunk until the end of the turn, in the place of whoever made it.
   *
   * @return false if there are too many already: then it is its maker's alone
   */
  boolean keep(W wanted, Chunk chunk) {
    if (chunks.size() == MOST) {
      return false;
    }
    chunks.put(wanted, chunk);
    return true;
  }

  /** The turn is over. */
  void release() {
    chunks.values().forEach(Chunk::release);
    chunks.clear();
  }
}
