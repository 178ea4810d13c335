package penstock.feed.view;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.SharedFrames;
import penstock.feed.loop.LoopDispatcher;
import penstock.feed.room.BufferPosition;
import penstock.feed.room.RoomShard;

/**
 * Readers of a view: those who have all wait for what they want, and of the others those who stand
 * at the same place and want the same keys share frames.
 */
final class ViewShard extends RoomShard<ChangeBuffer, ChangeBatch> {

  private record ViewFrameKey(ChangeBuffer buffer, long next, @Nullable Set<String> keys) {}

  private final SharedFrames<ViewFrameKey> shared = new SharedFrames<>();

  ViewShard(LoopDispatcher dispatcher, Duration gather, Runnable whenEmpty) {
    super(dispatcher, gather, whenEmpty);
  }

  @Override
  protected void endTurn(
      long took, @Nullable BufferPosition<ChangeBuffer> reached, List<ChangeBatch> news) {
    shared.release();
  }

  /**
   * What a reader is to be written next, for it to release; null if it is not in the buffer any
   * more.
   *
   * @param keys that it wants; null for all
   */
  @Nullable FrameBatch next(ChangeBuffer buffer, long next, @Nullable Set<String> keys) {
    var wanted = new ViewFrameKey(buffer, next, keys);
    FrameBatch batch = shared.get(wanted);
    if (batch == null) {
      batch = buffer.from(next, keys);
      if (batch == null || batch.events() == 0 || !isInTurn() || !shared.keep(wanted, batch)) {
        return batch;
      }
    }
    return batch.retain();
  }
}
