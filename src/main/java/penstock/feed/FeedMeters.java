package penstock.feed;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import penstock.redis.RedisClock;
import penstock.stream.LogEntry;
import penstock.stream.Position;
import penstock.stream.ResetReason;
import penstock.stream.StreamName;
import penstock.trace.PipelineStage;
import penstock.trace.SpanLinks;
import penstock.trace.Tracing;

/** The metrics and the traces of feeds. May be used from any thread. */
@Singleton
public class FeedMeters {

  private static final String STREAM = "stream";

  private final MeterRegistry registry;
  private final RedisClock clock;
  private final Tracing tracing;
  private final AtomicInteger subscribers = new AtomicInteger();

  /** Of these there is one for each reader that an event is written to, so they only add. */
  private final LongAdder delivered = new LongAdder();

  private final LongAdder bytes = new LongAdder();
  private final Counter historyHits;
  private final Counter replays;

  @Inject
  FeedMeters(MeterRegistry registry, RedisClock clock, Tracing tracing) {
    this.registry = registry;
    this.clock = clock;
    this.tracing = tracing;
    Gauge.builder("penstock.feed.subscribers", subscribers, AtomicInteger::get)
        .description("Readers connected now")
        .register(registry);
    FunctionCounter.builder("penstock.feed.delivered", delivered, LongAdder::sum)
        .description("Events written to readers' sockets")
        .register(registry);
    FunctionCounter.builder("penstock.feed.sent", bytes, LongAdder::sum)
        .baseUnit("bytes")
        .description("Bytes of the frames of those events")
        .register(registry);
    historyHits =
        Counter.builder("penstock.feed.history.hits")
            .description("Times that a reader found its place among the shared newest events")
            .register(registry);
    replays =
        Counter.builder("penstock.feed.replays")
            .description("Pages read from Redis for readers who are behind")
            .register(registry);
    // registered before the first of each, so that it is seen as zero
    for (ResetReason reason : ResetReason.values()) {
      resets(reason);
    }
    for (DisconnectReason reason : DisconnectReason.values()) {
      disconnects(reason);
    }
  }

  private Counter resets(ResetReason reason) {
    return Counter.builder("penstock.feed.resets")
        .description("Resets sent to readers, since history is missing")
        .tag("reason", reason.toString())
        .register(registry);
  }

  private Counter disconnects(DisconnectReason reason) {
    return Counter.builder("penstock.feed.disconnects")
        .description("Feeds that ended")
        .tag("reason", reason.toString())
        .register(registry);
  }

  public void subscribers(int now) {
    subscribers.set(now);
  }

  /** Events were written to one reader's socket. */
  public void delivered(int events, int length) {
    delivered.add(events);
    bytes.add(length);
  }

  /** For {@link #recordLatency}. */
  public Timer latency(StreamName stream) {
    return Timer.builder("penstock.feed.latency")
        .description("From an event's append to its last write to a reader of one event loop")
        .tag(STREAM, stream.value())
        .serviceLevelObjectives(
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(25),
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10))
        .register(registry);
  }

  /** An event was written to all readers of one event loop who had caught up. */
  public void recordLatency(Timer latency, Position event) {
    long age = clock.age(event.millis());
    if (age != RedisClock.UNKNOWN) {
      latency.record(age, TimeUnit.NANOSECONDS);
    }
  }

  /** To collect where events came from, for {@link #recordDelivery}. */
  public SpanLinks causes() {
    return tracing.links();
  }

  /**
   * A turn in which all readers of one event loop who had caught up were written to is over.
   *
   * @param latency of the stream
   * @param nanos how long it took
   */
  public void recordDelivery(Timer latency, SpanLinks causes, long events, long nanos) {
    String stream = String.valueOf(latency.getId().getTag(STREAM));
    Tracing.end(tracing.begin(PipelineStage.DELIVER, stream, causes, nanos), events, null);
  }

  /** Nobody reads the stream any more. */
  public void forget(Timer latency) {
    registry.remove(latency);
  }

  /** A reader needs no Redis to go on. */
  public void historyHit() {
    historyHits.increment();
  }

  /** A page was read from Redis for readers who are behind. */
  public void replayRead() {
    replays.increment();
  }

  /**
   * That page is there.
   *
   * @param nanos how long it took
   */
  public void recordReplay(StreamName stream, List<LogEntry> page, long nanos) {
    if (tracing.isOn()) {
      SpanLinks causes = tracing.links();
      page.forEach(entry -> causes.add(entry.event()));
      Tracing.end(
          tracing.begin(PipelineStage.REPLAY, stream.value(), causes, nanos), page.size(), null);
    }
  }

  public void reset(ResetReason reason) {
    resets(reason).increment();
  }

  public void disconnected(DisconnectReason reason) {
    disconnects(reason).increment();
  }
}
