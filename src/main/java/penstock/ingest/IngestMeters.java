package penstock.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import penstock.stream.StreamName;

/** What is counted of one stream's appends. */
final class IngestMeters {

  private final Counter appended;
  private final Counter duplicates;
  private final DistributionSummary commitSize;
  private final Timer commitTime;
  private final Timer appendTime;

  IngestMeters(MeterRegistry registry, StreamName stream) {
    appended =
        Counter.builder("penstock.ingest.appended")
            .description("Events appended to the log")
            .tag("stream", stream.value())
            .register(registry);
    duplicates =
        Counter.builder("penstock.ingest.duplicates")
            .description("Events recognised as being in the log already")
            .tag("stream", stream.value())
            .register(registry);
    commitSize =
        DistributionSummary.builder("penstock.ingest.commit.size")
            .description("Events in one group commit")
            .tag("stream", stream.value())
            .serviceLevelObjectives(1, 4, 16, 64, 256)
            .register(registry);
    commitTime =
        Timer.builder("penstock.ingest.commit")
            .description("From sending a group commit to its reply")
            .tag("stream", stream.value())
            .register(registry);
    appendTime =
        Timer.builder("penstock.ingest.append")
            .description("From the last byte of a request to its answer")
            .tag("stream", stream.value())
            .serviceLevelObjectives(
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                Duration.ofMillis(5),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Duration.ofMillis(250),
                Duration.ofSeconds(1))
            .register(registry);
  }

  void committed(int events, long nanos) {
    commitSize.record(events);
    commitTime.record(nanos, TimeUnit.NANOSECONDS);
  }

  void appended(int fresh, int repeated) {
    appended.increment(fresh);
    duplicates.increment(repeated);
  }

  void answered(long nanos) {
    appendTime.record(nanos, TimeUnit.NANOSECONDS);
  }
}
