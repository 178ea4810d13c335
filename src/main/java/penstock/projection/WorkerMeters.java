package penstock.projection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What a worker measures. May be told from any thread. */
final class WorkerMeters {

  private final Counter applied;
  private final Counter skipped;
  private final Counter deadLetters;
  private final Counter refused;
  private final Counter vanished;
  private final Timer commit;
  private final DistributionSummary batch;
  private final AtomicLong lag = new AtomicLong();

  WorkerMeters(MeterRegistry registry, Assignment work) {
    Tags view = Tags.of("view", work.view().name().value());
    applied = registry.counter("penstock.view.applied", view);
    skipped = registry.counter("penstock.view.skipped", view);
    deadLetters = registry.counter("penstock.view.dead.letters", view);
    refused = registry.counter("penstock.view.refused", view);
    vanished = registry.counter("penstock.view.vanished", view);
    commit = registry.timer("penstock.view.commit", view);
    batch = registry.summary("penstock.view.batch", view);
    Gauge.builder("penstock.view.lag", lag, AtomicLong::get)
        .tags(view.and("partition", Integer.toString(work.partition().index())))
        .description("events in the log that the view has not applied")
        .register(registry);
  }

  void committed(Batch done, long nanos) {
    applied.increment(done.size());
    skipped.increment(done.skipped());
    deadLetters.increment(done.deadLetters());
    commit.record(nanos, TimeUnit.NANOSECONDS);
    batch.record(done.size());
  }

  void lag(long events) {
    lag.set(Math.max(0, events));
  }

  /** A commit was refused, or its outcome is not known. */
  void refused() {
    refused.increment();
  }

  /** Pending entries turned out to be gone from the log. */
  void vanished(int entries) {
    vanished.increment(entries);
  }
}
