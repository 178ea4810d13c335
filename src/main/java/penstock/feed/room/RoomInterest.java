package penstock.feed.room;

import java.util.Set;
import penstock.feed.frame.FrameBatch;

/**
 * What the readers of a room want. Those that want the same are equal.
 *
 * @param <E> an element of a history
 */
public interface RoomInterest<E> {

  /** What is wanted has one of these keys; it may be anything if there are none. */
  Set<String> keys();

  /**
   * Adds what is wanted of an element that has one of the keys, if there are any.
   *
   * @return false if nothing is
   */
  boolean addTo(FrameBatch.Builder batch, E element);
}
