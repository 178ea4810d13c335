package penstock.feed;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.stream.Cursor;
import penstock.stream.EventFilter;
import penstock.trace.Causes;

/**
 * Readers of a stream: those who stand at the same place and want the same share what is written,
 * and those who wait for events of certain subjects are not looked at for others.
 */
final class StreamCrowd extends Crowd<Reader> {

  private record Wanted(Lane lane, long next, Cursor after, EventFilter filter) {

    /** The same as {@code equals}, and quick where it is true. */
    boolean is(Lane lane, long next, Cursor after, EventFilter filter) {
      return this.lane == lane
          && this.next == next
          && (this.after == after || this.after.equals(after))
          && (this.filter == filter || this.filter.equals(filter));
    }
  }

  private final FeedMeters meters;
  private final Timer latency;

  /** Those members who look at each event. */
  private final Set<Reader> active = new LinkedHashSet<>();

  /** The others. */
  private final SubjectIndex<SubjectWait> waiting = new SubjectIndex<>();

  private @Nullable Lane measuredLane;

  /** All before this slot of that lane was measured. */
  private long measured;

  private final SharedChunks<Wanted> shared = new SharedChunks<>();

  /** What the last reader wanted: mostly what the next one wants too. */
  private @Nullable Wanted usual;

  private @Nullable Chunk usualChunk;

  StreamCrowd(Pump pump, Duration gather, FeedMeters meters, Timer latency, Runnable whenEmpty) {
    super(pump, gather, whenEmpty);
    this.meters = meters;
    this.latency = latency;
  }

  @Override
  void add(Reader reader) {
    super.add(reader);
    active.add(reader);
  }

  @Override
  void remove(Reader reader) {
    active.remove(reader);
    super.remove(reader);
  }

  /**
   * Lets a member wait for an event of certain subjects.
   *
   * @param spot where it stands, with nothing more in the lane
   * @return ends when there is something for it, in a turn in which it is asked to advance; null if
   *     it has to look at each event
   */
  @Nullable SubjectWait await(Reader reader, Set<String> subjects, Spot spot) {
    var wait = new SubjectWait(reader);
    return waiting.add(wait, subjects, spot) && active.remove(reader) ? wait : null;
  }

  /** Behind what a member that waits was sent last; null if it is of another crowd. */
  @Nullable Cursor at(SubjectWait wait) {
    Spot spot = wait.end() == null ? waiting.spot(wait) : wait.end();
    return spot == null ? null : spot.at();
  }

  /** Its reader leaves. */
  void forget(SubjectWait wait) {
    waiting.remove(wait);
  }

  private void end(SubjectWait wait, Spot from) {
    active.add(wait.reader());
    wait.end(from);
  }

  @Override
  List<Reader> writers() {
    waiting.look(this::end);
    return List.copyOf(active);
  }

  @Override
  void endTurn(long took) {
    measure(took);
    usual = null;
    usualChunk = null;
    shared.release();
  }

  private void measure(long took) {
    if (usual == null || usualChunk == null) {
      return;
    }
    Lane lane = usual.lane();
    if (lane != measuredLane) {
      measuredLane = lane;
      measured = 0;
    }
    Causes causes = meters.causes();
    long first = Math.max(measured, usual.next());
    for (long number = first; number < usualChunk.next(); number++) {
      Slot slot = lane.find(number);
      if (slot != null) {
        meters.recordLatency(latency, slot.position());
        causes.add(slot.attributes());
      }
    }
    measured = usualChunk.next();
    meters.recordDelivery(latency, causes, measured - first, took);
  }

  /**
   * What a reader is to be written next, for it to release; null if it is not in the lane any more.
   */
  @Nullable Chunk next(Lane lane, long next, Cursor after, EventFilter filter) {
    if (!isInTurn()) {
      return lane.from(next, filter, after);
    }
    if (usual != null && usualChunk != null && usual.is(lane, next, after, filter)) {
      return usualChunk.retain();
    }
    var wanted = new Wanted(lane, next, after, filter);
    Chunk chunk = shared.get(wanted);
    if (chunk == null) {
      chunk = lane.from(next, filter, after);
      if (chunk == null || !shared.keep(wanted, chunk)) {
        return chunk;
      }
    }
    usual = wanted;
    usualChunk = chunk;
    return chunk.retain();
  }
}
