package penstock.feed;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Readers of a view: those who stand at the same place and want the same keys share frames. */
final class ViewCrowd extends Crowd<Reader> {

  private record Wanted(ViewLane lane, long next, @Nullable Set<String> keys) {}

  private final SharedChunks<Wanted> shared = new SharedChunks<>();

  ViewCrowd(Pump pump, Duration gather, Runnable whenEmpty) {
    super(pump, gather, whenEmpty);
  }

  @Override
  void endTurn(long took) {
    shared.release();
  }

  /**
   * What a reader is to be written next, for it to release; null if it is not in the lane any more.
   *
   * @param keys that it wants; null for all
   */
  @Nullable Chunk next(ViewLane lane, long next, @Nullable Set<String> keys) {
    var wanted = new Wanted(lane, next, keys);
    Chunk chunk = shared.get(wanted);
    if (chunk == null) {
      chunk = lane.from(next, keys);
      if (chunk == null || chunk.events() == 0 || !isInTurn() || !shared.keep(wanted, chunk)) {
        return chunk;
      }
    }
    return chunk.retain();
  }
}
