package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.stream.Position;

/**
 * How events become an entry. A pure function: the same entry and event give the same result, on
 * any instance, as often as it is asked. Used by many threads at once; {@link #apply} of a fold of
 * one's own is called on workers' threads, never on an event loop, {@link #combine} and {@link
 * #value} are.
 *
 * <p>A fold of one's own is a CDI bean with a name, which the configuration calls {@code
 * bean:<name>}; see {@code docs/folds.md}.
 */
public interface Fold {

  /**
   * The entry after the event; the very same one if nothing changes, null if there is to be none.
   *
   * @param entry the entry before; null if there is none
   * @param position where the event is in the log
   * @throws FoldException if the event cannot be folded: it becomes a dead letter
   * @throws SkippedEventException if the event has nothing for this fold: it is skipped and counted
   */
  @Nullable Entry apply(@Nullable Entry entry, Event event, Position position)
      throws FoldException, SkippedEventException;

  /**
   * Whether what several partitions made of the same key can be combined. Otherwise all events of a
   * key must be in one partition.
   */
  default boolean combines() {
    return false;
  }

  /** What two partitions made of the same key, as one; only if the fold {@link #combines}. */
  default Entry combine(Entry one, Entry other) {
    throw new IllegalStateException("two partitions have an entry of the same key");
  }

  /** Appends the entry's value as JSON text. */
  void value(Entry entry, Buffer out);
}
