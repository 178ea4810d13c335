package penstock.feed.view;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;

/**
 * What a reader of a view's feed needs to have read. Equal ones that wait at the same time are read
 * once; one that is being read is not joined, as its values may be older than what the reader saw
 * elsewhere.
 */
sealed interface ViewReadRequest {

  /** What comes from now on. */
  record FromNow() implements ViewReadRequest {}

  /**
   * What changed since, and then the history.
   *
   * @param changes how many of a partition to ask for
   */
  record Since(Cursor cursor, int changes) implements ViewReadRequest {

    Since(Cursor cursor) {
      this(cursor, ChangeSet.FIRST_ASKED);
    }
  }

  /**
   * A page of all entries.
   *
   * @param buffer for which the snapshot was begun; null if this begins it
   * @param after the key before the first; null for the beginning
   */
  record AllEntries(@Nullable ChangeBuffer buffer, @Nullable String after)
      implements ViewReadRequest {}

  /**
   * A page of some entries.
   *
   * @param keys those left, in order
   */
  record SomeEntries(@Nullable ChangeBuffer buffer, List<String> keys) implements ViewReadRequest {}

  /**
   * The beginning of a snapshot, in the order of the keys' bytes as far as they are ASCII.
   *
   * @param keys that are wanted; null for all
   */
  static ViewReadRequest snapshot(@Nullable Set<String> keys) {
    return keys == null ? new AllEntries(null, null) : new SomeEntries(null, List.copyOf(keys));
  }
}
