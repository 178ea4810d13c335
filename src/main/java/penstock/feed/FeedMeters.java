package penstock.feed;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import penstock.stream.ResetReason;

/** What feeds tell the metrics. */
@Singleton
class FeedMeters {

  private final AtomicInteger subscribers;
  private final Counter delivered;
  private final Counter replays;
  private final Map<ResetReason, Counter> resets = new EnumMap<>(ResetReason.class);
  private final Map<DisconnectReason, Counter> disconnects = new EnumMap<>(DisconnectReason.class);

  @Inject
  FeedMeters(MeterRegistry registry) {
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

  void reset(ResetReason reason) {
    resets.get(reason).increment();
  }

  void disconnected(DisconnectReason reason) {
    disconnects.get(reason).increment();
  }
}
