package penstock.feed;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import penstock.stream.ResetReason;
import penstock.stream.StreamName;

/** What feeds tell the metrics. */
@Singleton
class FeedMeters {

  private static final String LATENCY = "penstock.feed.latency";

  private static final Duration[] LATENCIES =
      IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final AtomicInteger subscribers;
  private final Counter delivered;
  private final Counter replays;
  private final Map<ResetReason, Counter> resets = new EnumMap<>(ResetReason.class);
  private final Map<DisconnectReason, Counter> disconnects = new EnumMap<>(DisconnectReason.class);

  @Inject
  FeedMeters(MeterRegistry registry) {
    this.registry = registry;
    subscribers = registry.gauge("penstock.feed.subscribers", new AtomicInteger());
    delivered = registry.counter("penstock.feed.delivered");
    replays = registry.counter("penstock.feed.replays");
    for (ResetReason reason : ResetReason.values()) {
      resets.put(reason, registry.counter("penstock.feed.resets", "reason", reason.toString()));
    }
    for (DisconnectReason reason : DisconnectReason.values()) {
      disconnects.put(
          reason, registry.counter("penstock.feed.disconnects", "reason", reason.toString()));
    }
  }

  void subscribers(int now) {
    subscribers.set(now);
  }

  /** Events written to one reader's socket. */
  void delivered(int events) {
    delivered.increment(events);
  }

  /** A page was read from Redis for readers who are behind. */
  void replayed() {
    replays.increment();
  }

  /**
   * From when an event was appended, by Redis's clock, until it was written to the sockets of those
   * readers that one event loop serves; as exact as milliseconds are.
   */
  Timer latency(StreamName stream) {
    return Timer.builder(LATENCY)
        .tag("stream", stream.value())
        .serviceLevelObjectives(LATENCIES)
        .register(registry);
  }

  /** Nobody reads the stream any more. */
  void forget(Timer latency) {
    registry.remove(latency);
  }

  void reset(ResetReason reason) {
    resets.get(reason).increment();
  }

  void disconnected(DisconnectReason reason) {
    disconnects.get(reason).increment();
  }
}
