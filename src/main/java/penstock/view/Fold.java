package penstock.view;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;

/**
 * How events become an entry. A pure function: the same entry and event give the same result, on
 * any instance, as often as it is asked. Called by workers, never on an event loop.
 */
public interface Fold {

  /**
   * The entry after the event.
   *
   * @param entry the entry before; null if there is none
   * @throws FoldFailure if the event cannot be folded: it becomes a dead letter
   */
  Entry apply(@Nullable Entry entry, Event event) throws FoldFailure;

  /**
   * Whether what several partitions made of the same key can be combined. Otherwise all events of a
   * key must be in one partition.
   */
  boolean combines();

  /** What two partitions made of the same key, as one; only if the fold {@link #combines}. */
  Entry combine(Entry one, Entry other);

  /** Appends the entry's value as JSON text. */
  void value(Entry entry, Buffer out);
}
