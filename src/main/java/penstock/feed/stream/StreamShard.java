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

  private record StreamFrameKey(
      HistoryBuffer history, long next, Cursor after, EventFilter filter) {

    /** The same as {@code equals}, and quick where it is true. */
    boolean is(HistoryBuffer history, long next, Cursor after, EventFilter filter) {
      return this.history == history
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

  private @Nullable HistoryBuffer measuredHistory;

  /** All before this event of that history was measured. */
  private long measured;

  private final SharedFrames<StreamFrameKey> shared = new SharedFrames<>();

  /** What the last reader wanted: mostly what the next one wants too. */
  private @Nullable StreamFrameKey usual;

  private @Nullable FrameBatch usualBatch;

  StreamShard(
      LoopDispatcher dispatcher,
      Duration gather,
      FeedMeters meters,
      Timer latency,
      Runnable whenEmpty) {
    super(dispatcher, gather, whenEmpty);
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
   * @param place where it stands, with nothing more in the history
   * @return ends when there is something for it, in a turn in which it is asked to advance; null if
   *     it has to look at each event
   */
  @Nullable SubjectWait await(FeedSubscriber reader, Set<String> subjects, BufferPosition place) {
    var wait = new SubjectWait(reader);
    return waiting.add(wait, subjects, place) && active.remove(reader) ? wait : null;
  }

  /** Behind what a member that waits was sent last; null if it is of another shard. */
  @Nullable Cursor at(SubjectWait wait) {
    BufferPosition place = wait.end() == null ? waiting.place(wait) : wait.end();
    return place == null ? null : place.at();
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
    usualBatch = null;
    shared.release();
  }

  private void measure(long took) {
    if (usual == null || usualBatch == null) {
      return;
    }
    HistoryBuffer history = usual.history();
    if (history != measuredHistory) {
      measuredHistory = history;
      measured = 0;
    }
    SpanLinks causes = meters.causes();
    long first = Math.max(measured, usual.next());
    for (long number = first; number < usualBatch.next(); number++) {
      BufferedEvent event = history.find(number);
      if (event != null) {
        meters.recordLatency(latency, event.position());
        causes.add(event.attributes());
      }
    }
    measured = usualBatch.next();
    meters.recordDelivery(latency, causes, measured - first, took);
  }

  /**
   * What a reader is to be written next, for it to release; null if it is not in the history any
   * more.
   */
  @Nullable FrameBatch next(HistoryBuffer history, long next, Cursor after, EventFilter filter) {
    if (!isInTurn()) {
      return history.from(next, filter, after);
    }
    if (usual != null && usualBatch != null && usual.is(history, next, after, filter)) {
      return usualBatch.retain();
    }
    var wanted = new StreamFrameKey(history, next, after, filter);
    FrameBatch batch = shared.get(wanted);
    if (batch == null) {
      batch = history.from(next, filter, after);
      if (batch == null || !shared.keep(wanted, batch)) {
        return batch;
      }
    }
    usual = wanted;
    usualBatch = batch;
    return batch.retain();
  }
}
