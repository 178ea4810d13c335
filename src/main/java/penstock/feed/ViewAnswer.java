package penstock.feed;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;

/** What came of a {@link ViewAsk}. */
sealed interface ViewAnswer {

  /** The reader has all up to the lane's batch {@code next}. */
  record Joined(Cursor at, ViewLane lane, long next) implements ViewAnswer {}

  /**
   * A part of what changed.
   *
   * @param joins with it the reader has all up to the lane's batch {@code next}; else it must ask
   *     on
   */
  record Caught(ViewBatch batch, boolean joins, ViewLane lane, long next) implements ViewAnswer {}

  /**
   * A page of a snapshot.
   *
   * @param frame shared, not to be modified; without an id
   * @param begun where the lane was: the first page's is the snapshot's
   * @param after the page's last key; null if there is none
   * @param left the keys that are left, if some were asked for
   */
  record Page(
      Buffer frame,
      boolean complete,
      ViewLane lane,
      Cursor begun,
      @Nullable String after,
      List<String> left)
      implements ViewAnswer {

    /**
     * Asks for the next page.
     *
     * @param keys that are wanted; null for all
     */
    ViewAsk next(@Nullable Set<String> keys) {
      return keys == null ? new ViewAsk.All(lane, after) : new ViewAsk.Some(lane, left);
    }
  }

  /** The reader cannot go on; it needs a snapshot. */
  record Reset(ResetReason reason) implements ViewAnswer {}

  record Failed(Throwable failure) implements ViewAnswer {}
}
