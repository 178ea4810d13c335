package penstock.feed.room;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;

/**
 * The newest of what readers of a channel share, numbered in the order in which this instance
 * learned of it; the oldest are overwritten. Written by one thread at a time, read by any.
 *
 * @param <E> an element
 */
public interface SharedHistory<E> {

  /** The number of the element that comes next. */
  long head();

  /** Nothing more will come: it goes on elsewhere. */
  boolean isClosed();

  /** An element; null if it is not there any more. */
  @Nullable E find(long number);

  /** Where those stand who have all before an element; null if it is not known any more. */
  @Nullable Cursor before(long number);

  /** What an element is looked up by, for those who want only some. */
  Collection<String> keys(E element);
}
