package penstock.feed.view;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;

/** What came of a {@link ViewReadRequest}. */
sealed interface ViewReadResult {

  /** The reader has all up to the buffer's batch {@code next}. */
  record Joined(Cursor at, ChangeBuffer buffer, long next) implements ViewReadResult {}

  /**
   * A part of what changed.
   *
   * @param joins with it the reader has all up to the buffer's batch {@code next}; else it must ask
   *     on
   * @param askNext how many changes of a partition it is to ask for then
   */
  record Changed(ChangeBatch batch, boolean joins, int askNext, ChangeBuffer buffer, long next)
      implements ViewReadResult {

    /** Asks for what is behind it. */
    ViewReadRequest onward() {
      return new ViewReadRequest.Since(batch.at(), askNext);
    }
  }

  /**
   * A page of a snapshot.
   *
   * @param frame shared, not to be modified; without an id
   * @param begun where the buffer was: the first page's is the snapshot's
   * @param after the page's last key; null if there is none
   * @param left the keys that are left, if some were asked for
   */
  record SnapshotPage(
      Buffer frame,
      boolean complete,
      ChangeBuffer buffer,
      Cursor begun,
      @Nullable String after,
      List<String> left)
      implements ViewReadResult {

    /**
     * Asks for the next page.
     *
     * @param keys that are wanted; null for all
     */
    ViewReadRequest next(@Nullable Set<String> keys) {
      return keys == null
          ? new ViewReadRequest.AllEntries(buffer, after)
          : new ViewReadRequest.SomeEntries(buffer, left);
    }
  }

  /** The reader cannot go on; it needs a snapshot. */
  record Reset(ResetReason reason) implements ViewReadResult {}

  record Failed(Throwable failure) implements ViewReadResult {}
}
