package penstock.projection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * What a worker measures. May be told from any thread. The gauges tell of the partition only while
 * this instance holds it; otherwise they are 0, so that a sum over the instances is right.
 */
final class WorkerMeters {

  private static final double MILLIS_PER_SECOND = 1000;

  private final MeterRegistry registry;
  private final Counter applied;
  private final Counter skipped;
  private final Counter deadLetters;
  private final Counter refused;
  private final Counter vanished;
  private final Timer commit;
  private final DistributionSummary batch;
  private final List<Meter> gauges = new ArrayList<>();
  private volatile long fence;
  private volatile long lag;
  private volatile long ageMillis;
  private volatile long pending;
  private volatile long letters;
  private volatile boolean halted;

  WorkerMeters(MeterRegistry registry, Assignment work) {
    this.registry = registry;
    Tags view = Tags.of("view", work.view().name().value());
    applied = registry.counter("penstock.view.applied", view);
    skipped = registry.counter("penstock.view.skipped", view);
    deadLetters = registry.counter("penstock.view.dead.letters", view);
    refused = registry.counter("penstock.view.refused", view);
    vanished = registry.counter("penstock.view.vanished", view);
    commit = registry.timer("penstock.view.commit", view);
    batch = registry.summary("penstock.view.batch", view);
    Tags part =
        view.and(
            "partition",
            Integer.toString(work.partition().index()),
            "generation",
            work.generation().id());
    gauge("lag", "events in the log that the view has not applied", part, of -> of.lag);
    gauge(
        "lag.seconds",
        "age of the first event that the view has not applied",
        part,
        of -> of.ageMillis / MILLIS_PER_SECOND);
    gauge("pending", "events given to the view's holder and not applied", part, of -> of.pending);
    gauge("dead.letters.kept", "events set aside and still there", part, of -> of.letters);
    gauge("fence", "number of the fence of its holder", part, of -> of.fence);
    gauge("held", "whether this instance works it", part, of -> of.fence > 0 ? 1 : 0);
    gauge("halted", "whether it is halted", part, of -> of.halted ? 1 : 0);
  }

  private void gauge(
      String name, String description, Tags tags, ToDoubleFunction<WorkerMeters> value) {
    gauges.add(
        Gauge.builder("penstock.view." + name, this, value)
            .tags(tags)
            .description(description)
            .register(registry));
  }

  void committed(Batch done, long nanos) {
    applied.increment(done.size());
    skipped.increment(done.skipped());
    deadLetters.increment(done.deadLetters());
    commit.record(nanos, TimeUnit.NANOSECONDS);
    batch.record(done.size());
  }

  void lag(long events) {
    lag = Math.max(0, events);
    if (lag == 0) {
      ageMillis = 0;
    }
  }

  void renewed(Workplace.Renewed told) {
    ageMillis = Math.max(0, told.ageMillis());
    pending = told.pending();
    letters = told.deadLetters();
  }

  /**
   * Whether this instance works it, by which fence, and if not, whether nobody can.
   *
   * @param number 0 if it does not work it
   */
  void held(long number, boolean isHalted) {
    fence = number;
    halted = isHalted;
    if (number == 0) {
      lag = 0;
      ageMillis = 0;
      pending = 0;
      letters = 0;
    }
  }

  /** A commit was refused, or its outcome is not known. */
  void refused() {
    refused.increment();
  }

  /** Pending entries turned out to be gone from the log. */
  void vanished(int entries) {
    vanished.increment(entries);
  }

  /** The worker has ended for good. */
  void remove() {
    gauges.forEach(registry::remove);
  }
}
