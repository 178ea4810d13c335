package penstock.presence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of presence, of all rooms: their names are no tags. Any thread. */
@Singleton
class PresenceMeters {

  private final Map<HeartbeatResult.State, Counter> heartbeats =
      new EnumMap<>(HeartbeatResult.State.class);
  private final Counter timedOut;
  private final Timer lateness;
  private final AtomicInteger kept = new AtomicInteger();

  @Inject
  PresenceMeters(MeterRegistry registry) {
    // registered before the first of each, so that it is seen as zero
    for (HeartbeatResult.State state : HeartbeatResult.State.values()) {
      heartbeats.put(state, heartbeats(registry, state));
    }
    timedOut =
        Counter.builder("penstock.presence.timed.out")
            .description("Time-outs told by this instance")
            .register(registry);
    lateness =
        Timer.builder("penstock.presence.lateness")
            .description("From the first deadline of a script's time-outs to the script")
            .serviceLevelObjectives(
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofMillis(250),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10))
            .register(registry);
    Gauge.builder("penstock.presence.connected", kept, AtomicInteger::get)
        .description("Members that connections of this instance speak for")
        .register(registry);
  }

  private static Counter heartbeats(MeterRegistry registry, HeartbeatResult.State state) {
    return Counter.builder("penstock.presence.heartbeats")
        .description("Heartbeats of members, by what came of each")
        .tag("result", state.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  void beaten(HeartbeatResult.State state) {
    Objects.requireNonNull(heartbeats.get(state), "each has one").increment();
  }

  void timedOut(int members, long millisLate) {
    timedOut.increment(members);
    lateness.record(millisLate, TimeUnit.MILLISECONDS);
  }

  void connected(int members) {
    kept.set(members);
  }
}
