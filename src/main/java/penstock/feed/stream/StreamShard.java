package penstock.feed.stream;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.FeedMeters;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.SharedFrames;
import penstock.feed.loop.FeedSubscriber;
import penstock.feed.loop.LoopDispatcher;
import penstock.feed.loop.SubscriberShard;
import penstock.stream.Cursor;
import penstock.stream.filter.EventFilter;
import penstock.trace.SpanLinks;

/**
 * Readers of a stream: those who stand at the same place and want the same share what is written,
 * and those who wait for events of certain subjects are not looked at for others.
 */
final class StreamShard extends SubscriberShard<FeedSubscriber> {

  private record StreamFrameKey(HistoryBuffer lane, long next, Cursor after, EventFilter filter) {

    /** The same as {@code equals}, and quick where it is true. */
    boolean is(HistoryBuffer lane, long next, Cursor after, EventFilter filter) {
      return this.lane == lane
          && this.next == next
          && (this.after == after || this.after.equals(after))
          && (this.filter == filter || this.filter.equals(filter));
    }
  }

  private final FeedMeters meters;
  private final Timer latency;

  /** Those members who look at each event. */
  private final Set<FeedSubscriber> active = new LinkedHashSet<>();

  /** The others. */
  private final SubjectIndex<SubjectWait> waiting = new SubjectIndex<>();

  private @Nullable HistoryBuffer measuredLane;

  /** All before this slot of that lane was measured. */
  private long measured;

  private final SharedFrames<StreamFrameKey> shared = new SharedFrames<>();

  /** What the last reader wanted: mostly what the next one wants too. */
  private @Nullable StreamFrameKey usual;

  private @Nullable FrameBatch usualChunk;

  StreamShard(
      LoopDispatcher pump, Duration gather, FeedMeters meters, Timer latency, Runnable whenEmpty) {
    super(pump, gather, whenEmpty);
    this.meters = meters;
    this.latency = latency;
  }

  @Override
  public void add(FeedSubscriber reader) {
    super.add(reader);
    active.add(reader);
  }

  @Override
  public void remove(FeedSubscriber reader) {
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
  @Nullable SubjectWait await(FeedSubscriber reader, Set<String> subjects, BufferPosition spot) {
    var wait = new SubjectWait(reader);
    return waiting.add(wait, subjects, spot) && active.remove(reader) ? wait : null;
  }

  /** Behind what a member that waits was sent last; null if it is of another crowd. */
  @Nullable Cursor at(SubjectWait wait) {
    BufferPosition spot = wait.end() == null ? waiting.spot(wait) : wait.end();
    return spot == null ? null : spot.at();
  }

  /** Its reader leaves. */
  void forget(SubjectWait wait) {
    waiting.remove(wait);
  }

  private void end(SubjectWait wait, BufferPosition from) {
    active.add(wait.reader());
    wait.end(from);
  }

  @Override
  public List<FeedSubscriber> writers() {
    waiting.look(this::end);
    return List.copyOf(active);
  }

  @Override
  public void endTurn(long took) {
    measure(took);
    usual = null;
    usualChunk = null;
    shared.release();
  }

  private void measure(long took) {
    if (usual == null || usualChunk == null) {
      return;
    }
    HistoryBuffer lane = usual.lane();
    if (lane != measuredLane) {
      measuredLane = lane;
      measured = 0;
    }
    SpanLinks causes = meters.causes();
    long first = Math.max(measured, usual.next());
    for (long number = first; number < usualChunk.next(); number++) {
      BufferedEvent slot = lane.find(number);
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
  @Nullable FrameBatch next(HistoryBuffer lane, long next, Cursor after, EventFilter filter) {
    if (!isInTurn()) {
      return lane.from(next, filter, after);
    }
    if (usual != null && usualChunk != null && usual.is(lane, next, after, filter)) {
      return usualChunk.retain();
    }
    var wanted = new StreamFrameKey(lane, next, after, filter);
    FrameBatch chunk = shared.get(wanted);
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
