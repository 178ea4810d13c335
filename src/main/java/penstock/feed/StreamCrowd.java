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
final class StreamCrowd extends Crowd<Subscriber> {

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
  private final Set<Subscriber> active = new LinkedHashSet<>();

  /** The others. */
  private final SubjectIndex<Subscriber> waiting = new SubjectIndex<>();

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
  void add(Subscriber subscriber) {
    super.add(subscriber);
    active.add(subscriber);
  }

  @Override
  void remove(Subscriber subscriber) {
    active.remove(subscriber);
    waiting.remove(subscriber);
    super.remove(subscriber);
  }

  /**
   * Lets a member wait for an event of certain subjects.
   *
   * @param spot where it stands, with nothing more in the lane
   * @return whether it may; then it is told when it has to go on, and from where
   */
  boolean await(Subscriber subscriber, Set<String> subjects, Spot spot) {
    return waiting.add(subscriber, subjects, spot) && active.remove(subscriber);
  }

  /** Where a member that waits stands; null if it does not. */
  @Nullable Spot spot(Subscriber subscriber) {
    return waiting.spot(subscriber);
  }

  private void goOn(Subscriber subscriber, Spot spot) {
    active.add(subscriber);
    subscriber.goOn(spot);
  }

  @Override
  List<Subscriber> begin() {
    waiting.look(this::goOn);
    return List.copyOf(active);
  }

  @Override
  void ended(long took) {
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
        meters.came(latency, slot.position());
        causes.add(slot.attributes());
      }
    }
    measured = usualChunk.next();
    meters.wrote(latency, causes, measured - first, took);
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
