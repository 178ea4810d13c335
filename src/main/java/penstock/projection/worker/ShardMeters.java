package penstock.projection.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import penstock.consumer.worker.LeaseRepository;
import penstock.consumer.worker.ShardGauges;
import penstock.consumer.worker.ShardMonitor;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisClock;
import penstock.stream.Position;

/** The meters of one shard. May be used on any thread. */
final class ShardMeters implements ShardMonitor {

  private static final String PREFIX = "penstock.view.";

  private final LongUnaryOperator age;
  private final ShardGauges gauges;
  private final Counter applied;
  private final Counter skipped;
  private final Counter deadLetters;
  private final Counter refused;
  private final Counter vanished;
  private final Timer commit;
  private final Timer latency;
  private final DistributionSummary batch;
  private volatile long lastMillis;
  private volatile boolean hasCaughtUp;

  /**
   * @param age nanoseconds since a position's milliseconds, as {@link RedisClock} has it
   */
  ShardMeters(MeterRegistry registry, ProjectionShard shard, LongUnaryOperator age) {
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
        Timer.builder(PREFIX + "commit")
            .description("From sending a commit to its reply")
            .tags(view)
            .register(registry);
    latency =
        Timer.builder(PREFIX + "latency")
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
        DistributionSummary.builder(PREFIX + "batch")
            .description("Events in one commit")
            .tags(view)
            .register(registry);
    gauges =
        new ShardGauges(
            registry,
            PREFIX,
            view.and(
                "partition", Integer.toString(shard.partition().index()),
                "generation", shard.generation().id()));
    gauges.show(
        "Events in the log that the view has not applied, as of the last commit here",
        "Events given to the view's holder and not applied",
        "halted",
        "Whether the view cannot go on until someone has it built anew");
    gauges.add(
        "lag.time",
        "seconds",
        "Age of the last event applied here while there is a lag; else 0",
        this,
        ShardMeters::lagSeconds);
  }

  private static Counter counter(
      MeterRegistry registry, Tags view, String what, String description) {
    return Counter.builder(PREFIX + what).description(description).tags(view).register(registry);
  }

  /**
   * @param positions of its events
   */
  void committed(FoldBatch done, List<Position> positions, long nanos) {
    applied.increment(done.size());
    add(skipped, done.skipped());
    add(deadLetters, done.deadLetters().size());
    commit.record(nanos, TimeUnit.NANOSECONDS);
    batch.record(done.size());
    lastMillis = positions.getLast().millis();
    if (hasCaughtUp) {
      positions.forEach(position -> record(age.applyAsLong(position.millis())));
    }
  }

  /** Mostly there is nothing to add. */
  private static void add(Counter counter, int some) {
    if (some > 0) {
      counter.increment(some);
    }
  }

  private void record(long nanos) {
    if (nanos != RedisClock.UNKNOWN) {
      latency.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void lag(long events) {
    gauges.lag(events);
    hasCaughtUp |= events <= 0;
  }

  private double lagSeconds() {
    long nanos = gauges.lag() == 0 ? 0 : age.applyAsLong(lastMillis);
    return nanos == RedisClock.UNKNOWN ? Double.NaN : (double) nanos / TimeUnit.SECONDS.toNanos(1);
  }

  @Override
  public void renewed(LeaseRepository.Renewal renewal) {
    gauges.renewed(renewal);
  }

  @Override
  public void held(long number, boolean isHalted) {
    gauges.held(number, isHalted);
  }

  /** A commit was refused, or its outcome is not known. */
  void refused() {
    refused.increment();
  }

  @Override
  public void vanished(int entries) {
    vanished.increment(entries);
  }

  @Override
  public void remove() {
    gauges.remove();
  }
}
