package penstock.projection.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.function.ToDoubleFunction;
import penstock.consumer.worker.LeaseRepository;
import penstock.consumer.worker.ShardMonitor;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisClock;

/**
 * The meters of one shard. May be used on any thread. The gauges show the partition only while this
 * instance works it; otherwise they are 0, so that a sum over the instances is right.
 */
final class ShardMeters implements ShardMonitor {

  private final MeterRegistry registry;
  private final LongUnaryOperator age;
  private final List<Meter> gauges = new ArrayList<>();
  private final Counter applied;
  private final Counter skipped;
  private final Counter deadLetters;
  private final Counter refused;
  private final Counter vanished;
  private final Timer commit;
  private final Timer latency;
  private final DistributionSummary batch;
  private volatile long fence;
  private volatile long pending;
  private volatile long deadLettersKept;
  private volatile boolean halted;
  private volatile long lag;
  private volatile long lastMillis;
  private volatile boolean hasCaughtUp;

  /**
   * @param age nanoseconds since a position's milliseconds, as {@link RedisClock} has it
   */
  ShardMeters(MeterRegistry registry, ProjectionShard shard, LongUnaryOperator age) {
    this.registry = registry;
    this.age = age;
    Tags view = Tags.of("view", shard.view().name().value());
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
    Tags part =
        view.and(
            "partition", Integer.toString(shard.partition().index()),
            "generation", shard.generation().id());
    gauge(
        "lag",
        "Events in the log that the view has not applied, as of the last commit here",
        part,
        of -> of.lag);
    gauges.add(
        Gauge.builder("penstock.view.lag.time", this, ShardMeters::lagSeconds)
            .tags(part)
            .baseUnit("seconds")
            .description("Age of the last event applied here while there is a lag; else 0")
            .register(registry));
    gauge("pending", "Events given to the view's holder and not applied", part, of -> of.pending);
    gauge("dead.letters.kept", "Events set aside and still there", part, of -> of.deadLettersKept);
    gauge("fence", "Number of the fence of its holder, if that is here", part, of -> of.fence);
    gauge(
        "working",
        "Whether this instance works the partition; one of all instances should",
        part,
        of -> of.fence > 0 ? 1 : 0);
    gauge(
        "halted",
        "Whether the view cannot go on until someone has it built anew",
        part,
        of -> of.halted ? 1 : 0);
  }

  private void gauge(
      String name, String description, Tags tags, ToDoubleFunction<ShardMeters> value) {
    gauges.add(
        Gauge.builder("penstock.view." + name, this, value)
            .tags(tags)
            .description(description)
            .register(registry));
  }

  private static Counter counter(
      MeterRegistry registry, Tags view, String what, String description) {
    return Counter.builder("penstock.view." + what)
        .description(description)
        .tags(view)
        .register(registry);
  }

  void committed(FoldBatch done, long nanos) {
    applied.increment(done.size());
    skipped.increment(done.skipped());
    deadLetters.increment(done.deadLetters().size());
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

  public void lag(long events) {
    lag = Math.max(0, events);
    hasCaughtUp |= events <= 0;
  }

  private double lagSeconds() {
    long nanos = lag == 0 ? 0 : age.applyAsLong(lastMillis);
    return nanos == RedisClock.UNKNOWN ? Double.NaN : (double) nanos / TimeUnit.SECONDS.toNanos(1);
  }

  public void renewed(LeaseRepository.Renewal renewal) {
    pending = renewal.pending();
    deadLettersKept = renewal.deadLetters();
  }

  /**
   * Whether this instance works it, by which fence, and if not, whether nobody can.
   *
   * @param number 0 if it does not work it
   */
  public void held(long number, boolean isHalted) {
    fence = number;
    halted = isHalted;
    if (number == 0) {
      lag = 0;
      pending = 0;
      deadLettersKept = 0;
    }
  }

  /** A commit was refused, or its outcome is not known. */
  void refused() {
    refused.increment();
  }

  /** Pending entries turned out to be gone from the log. */
  public void vanished(int entries) {
    vanished.increment(entries);
  }

  /** The task has ended for good. */
  public void remove() {
    gauges.forEach(registry::remove);
  }
}
