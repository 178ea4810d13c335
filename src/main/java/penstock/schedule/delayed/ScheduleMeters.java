package penstock.schedule.delayed;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import penstock.stream.Partition;
import penstock.stream.StreamName;

/** What is counted of each stream's delayed events. */
@ApplicationScoped
public class ScheduleMeters {

  private final MeterRegistry registry;
  private final Map<StreamName, OfStream> byStream = new ConcurrentHashMap<>();

  @Inject
  public ScheduleMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  public OfStream of(StreamName stream) {
    return byStream.computeIfAbsent(stream, name -> new OfStream(registry, name));
  }

  /** Those of one stream. */
  public static final class OfStream {

    private final Counter scheduled;
    private final Counter delivered;
    private final Counter duplicates;
    private final Counter cancelled;
    private final Timer lateness;
    private final Map<Integer, Long> waiting = new ConcurrentHashMap<>();

    private OfStream(MeterRegistry registry, StreamName stream) {
      scheduled =
          counter(registry, stream, "penstock.schedule.scheduled", "Events taken for later");
      delivered =
          counter(
              registry,
              stream,
              "penstock.schedule.delivered",
              "Events that entered the log when due");
      duplicates =
          counter(
              registry,
              stream,
              "penstock.schedule.duplicates",
              "Events that were in the log already when they were due");
      cancelled =
          counter(registry, stream, "penstock.schedule.cancelled", "Events taken off the schedule");
      lateness =
          Timer.builder("penstock.schedule.lateness")
              .description("From an event's deadline to its entry into the log, by Redis's clock")
              .tag("stream", stream.value())
              .serviceLevelObjectives(
                  Duration.ofMillis(5),
                  Duration.ofMillis(10),
                  Duration.ofMillis(25),
                  Duration.ofMillis(50),
                  Duration.ofMillis(100),
                  Duration.ofMillis(250),
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(10))
              .register(registry);
      Gauge.builder(
              "penstock.schedule.waiting",
              waiting,
              of -> of.values().stream().mapToLong(Long::longValue).sum())
          .description("Events scheduled, as this instance last heard of each partition")
          .tag("stream", stream.value())
          .register(registry);
    }

    private static Counter counter(
        MeterRegistry registry, StreamName stream, String name, String description) {
      return Counter.builder(name)
          .description(description)
          .tag("stream", stream.value())
          .register(registry);
    }

    /** So many were taken, and so many of the partition wait now. */
    public void scheduled(Partition partition, int fresh, long left) {
      scheduled.increment(fresh);
      waiting.put(partition.index(), left);
    }

    void delivered(long lateMillis) {
      delivered.increment();
      lateness.record(lateMillis, TimeUnit.MILLISECONDS);
    }

    void repeated(long count) {
      duplicates.increment(count);
    }

    void cancelled() {
      cancelled.increment();
    }

    void waiting(Partition partition, long left) {
      waiting.put(partition.index(), left);
    }
  }
}
