package penstock.projection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import penstock.redis.RedisClock;

/** What a worker measures. May be told from any thread. */
final class WorkerMeters {

  private final LongUnaryOperator age;
  private final Counter applied;
  private final Counter skipped;
  private final Counter deadLetters;
  private final Counter refused;
  private final Counter vanished;
  private final Timer commit;
  private final Timer latency;
  private final DistributionSummary batch;
  private volatile long lag;
  private volatile long lastMillis;
  private volatile boolean hasCaughtUp;

  /**
   * @param age nanoseconds since a position's milliseconds, as {@link RedisClock} tells
   */
  WorkerMeters(MeterRegistry registry, Assignment work, LongUnaryOperator age) {
    this.age = age;
    Tags view = Tags.of("view", work.view().name().value());
    applied =
        counter(registry, view, "applied", "Events applied, whether they changed anything or not");
    skipped = counter(registry, view, "skipped", "Events without a key or value for the view");
    deadLetters =
        counter(registry, view, "dead.letters", "Events set aside since they could not be folded");
    refused =
        counter(
            registry, view, "refused", "Commits that were refused, or whose outcome was not known");
    vanished =
        counter(
            registry, view, "vanished", "Entries removed from the log before they were applied");
    commit =
        Timer.builder("penstock.view.commit")
            .description("From sending a commit to its reply")
            .tags(view)
            .register(registry);
    latency =
        Timer.builder("penstock.view.latency")
            .description("From an event's append to its commit, once the view had caught up")
            .tags(view)
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
    batch =
        DistributionSummary.builder("penstock.view.batch")
            .description("Events in one commit")
            .tags(view)
            .register(registry);
    Tags partition = view.and("partition", Integer.toString(work.partition().index()));
    Gauge.builder("penstock.view.lag", this, meters -> meters.lag)
        .tags(partition)
        .description("Events in the log that the view has not applied, as of the last commit here")
        .register(registry);
    Gauge.builder("penstock.view.lag.time", this, WorkerMeters::lagSeconds)
        .tags(partition)
        .baseUnit("seconds")
        .description("Age of the last event applied here while there is a lag; else 0")
        .register(registry);
  }

  private static Counter counter(
      MeterRegistry registry, Tags view, String what, String description) {
    return Counter.builder("penstock.view." + what)
        .description(description)
        .tags(view)
        .register(registry);
  }

  void committed(Batch done, long nanos) {
    applied.increment(done.size());
    skipped.increment(done.skipped());
    deadLetters.increment(done.deadLetters());
    commit.record(nanos, TimeUnit.NANOSECONDS);
    batch.record(done.size());
    lastMillis = done.last().millis();
    if (hasCaughtUp) {
      done.positions().forEach(position -> record(age.applyAsLong(position.millis())));
    }
  }

  private void record(long nanos) {
    if (nanos != RedisClock.UNKNOWN) {
      latency.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  void lag(long events) {
    lag = Math.max(0, events);
    hasCaughtUp |= events <= 0;
  }

  private double lagSeconds() {
    long nanos = lag == 0 ? 0 : age.applyAsLong(lastMillis);
    return nanos == RedisClock.UNKNOWN ? Double.NaN : (double) nanos / TimeUnit.SECONDS.toNanos(1);
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
