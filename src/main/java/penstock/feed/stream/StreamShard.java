package penstock.feed.stream;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.feed.FeedMeters;
import penstock.feed.frame.BufferedEvent;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.SharedFrames;
import penstock.feed.loop.LoopDispatcher;
import penstock.feed.room.BufferPosition;
import penstock.feed.room.RoomShard;
import penstock.stream.Cursor;
import penstock.stream.filter.EventFilter;
import penstock.trace.SpanLinks;

/**
 * Readers of a stream: those who have all wait for what they want, and of the others those who
 * stand at the same place and want the same share what is written.
 */
final class StreamShard extends RoomShard<HistoryBuffer, BufferedEvent> {

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
  private final Supplier<@Nullable Timer> latency;

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
      Supplier<@Nullable Timer> latency,
      Runnable whenEmpty) {
    super(dispatcher, gather, whenEmpty);
    this.meters = meters;
    this.latency = latency;
  }

  @Override
  protected void endTurn(
      long took, @Nullable BufferPosition<HistoryBuffer> reached, List<BufferedEvent> news) {
    measure(took, reached, news);
    usual = null;
    usualBatch = null;
    shared.release();
  }

  private void measure(
      long took, @Nullable BufferPosition<HistoryBuffer> reached, List<BufferedEvent> news) {
    if (usual == null && news.isEmpty()) {
      return;
    }
    Timer latency = this.latency.get();
    if (latency == null) {
      return;
    }
    SpanLinks causes = meters.causes();
    long events = 0;
    if (reached != null && !news.isEmpty()) {
      news.forEach(event -> measure(event, latency, causes));
      events = news.size();
      measured = Math.max(measured(reached.history()), reached.next());
    }
    if (usual != null && usualBatch != null) {
      HistoryBuffer history = usual.history();
      long first = Math.max(measured(history), usual.next());
      for (long number = first; number < usualBatch.next(); number++) {
        BufferedEvent event = history.find(number);
        if (event != null) {
          measure(event, latency, causes);
        }
        events++;
      }
      measured = Math.max(first, usualBatch.next());
    }
    if (events > 0) {
      meters.recordDelivery(latency, causes, events, took);
    }
  }

  private void measure(BufferedEvent event, Timer latency, SpanLinks causes) {
    meters.recordLatency(latency, event.position());
    causes.add(event.attributes());
  }

  private long measured(HistoryBuffer history) {
    if (history != measuredHistory) {
      measuredHistory = history;
      measured = 0;
    }
    return measured;
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
