package penstock.group;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import penstock.stream.StreamName;

/** What is counted of one group on this instance. May be used from any thread. */
final class GroupMeters {

  private final MeterRegistry registry;
  private final String stream;
  private final String group;
  private final Counter delivered;
  private final Counter redelivered;
  private final Counter acknowledged;
  private final Counter returned;
  private final Counter stale;
  private final Counter deadLetters;
  private final Counter filtered;
  private final Counter vanished;
  private final Timer latency;

  GroupMeters(MeterRegistry registry, StreamName stream, GroupName group) {
    this.registry = registry;
    this.stream = stream.value();
    this.group = group.value();
    delivered = counter("delivered", "Events delivered to consumers, each time");
    redelivered = counter("redelivered", "Of these, those that had been delivered before");
    acknowledged = counter("acknowledged", "Deliveries acknowledged");
    returned = counter("returned", "Deliveries given back by consumers");
    stale = counter("stale", "Deliveries that consumers said something of too late");
    deadLetters = counter("dead.letters", "Events set aside");
    filtered = counter("filtered", "Events that the filter did not let pass");
    vanished = counter("vanished", "Events removed from the log before they were done");
    latency =
        Timer.builder("penstock.group.latency")
            .description("End to end: from an event's append to its first delivery")
            .tags("stream", this.stream, "group", this.group)
            .serviceLevelObjectives(
                Duration.ofMillis(1),
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1))
            .register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder("penstock.group." + name)
        .description(description)
        .tags("stream", stream, "group", group)
        .register(registry);
  }

  /**
   * An event was delivered.
   *
   * @param number which delivery it is
   * @param ageNanos of the event; negative if it is not known
   */
  void delivered(long number, long ageNanos) {
    delivered.increment();
    if (number > 1) {
      redelivered.increment();
    } else if (ageNanos >= 0) {
      latency.record(ageNanos, TimeUnit.NANOSECONDS);
    }
  }

  void acknowledged(long done, long late) {
    acknowledged.increment(done);
    stale.increment(late);
  }

  void returned(long done, long late) {
    returned.increment(done);
    stale.increment(late);
  }

  void extended(long late) {
    stale.increment(late);
  }

  void setAside(long count) {
    deadLetters.increment(count);
  }

  void filtered(long count) {
    filtered.increment(count);
  }

  void vanished(long count) {
    vanished.increment(count);
  }

  /** They are not shown any more. */
  void remove() {
    List.of(
            delivered,
            redelivered,
            acknowledged,
            returned,
            stale,
            deadLetters,
            filtered,
            vanished,
            latency)
        .forEach(registry::remove);
  }
}
