package penstock.sink.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.function.ToDoubleFunction;
import penstock.consumer.worker.LeaseRepository;
import penstock.consumer.worker.ShardMonitor;
import penstock.redis.RedisClock;
import penstock.stream.Position;

/**
 * The meters of one shard. May be used on any thread. The gauges show the partition only while this
 * instance works it; otherwise they are 0, so that a sum over the instances is right.
 */
final class SinkMeters implements ShardMonitor {

  private final MeterRegistry registry;
  private final LongUnaryOperator age;
  private final List<Meter> gauges = new ArrayList<>();
  private final Counter delivered;
  private final Counter filtered;
  private final Counter retried;
  private final Counter postponed;
  private final Counter deadLetters;
  private final Counter refused;
  private final Counter vanished;
  private final Timer commit;
  private final Timer attempt;
  private final Timer latency;
  private volatile long fence;
  private volatile long lag;
  private volatile long ageMillis = -1;
  private volatile long pending;
  private volatile long deadLettersKept;
  private volatile int inFlight;
  private volatile boolean halted;

  /**
   * @param age nanoseconds since a position's milliseconds, as {@link RedisClock} has it
   */
  SinkMeters(MeterRegistry registry, SinkShard shard, LongUnaryOperator age) {
    this.registry = registry;
    this.age = age;
    Tags sink = Tags.of("sink", shard.sink().name().value());
    delivered = counter(sink, "delivered", "Events that the receiver has taken");
    filtered = counter(sink, "filtered", "Events that the filter left out");
    retried = counter(sink, "retried", "Attempts that did not go through and are made again");
    postponed = counter(sink, "postponed", "Attempts that were spared a receiver that is down");
    deadLetters = counter(sink, "dead.letters", "Events set aside, refused or given up");
    refused = counter(sink, "refused", "Commits that were refused, or whose outcome was not known");
    vanished = counter(sink, "vanished", "Entries removed from the log before they were delivered");
    commit = timer(sink, "commit", "From sending a commit to its reply");
    attempt = timer(sink, "attempt", "From handing a request to the receiver to its answer");
    latency = timer(sink, "latency", "From an event's append to its delivery");
    Tags part = sink.and("partition", Integer.toString(shard.partition().index()));
    gauge(
        "lag",
        "Events of the log that are not delivered, as of the last commit here",
        part,
        of -> of.lag);
    gauges.add(
        Gauge.builder("penstock.sink.lag.time", this, of -> Math.max(0, of.ageMillis) / 1e3)
            .tags(part)
            .baseUnit("seconds")
            .description("Age of the first event that is not done, as of the last renewal here")
            .register(registry));
    gauge("in.flight", "Events that are with the receiver", part, of -> of.inFlight);
    gauge("pending", "Events given to the sink's holder and not done", part, of -> of.pending);
    gauge("dead.letters.kept", "Events set aside and still there", part, of -> of.deadLettersKept);
    gauge("fence", "Number of the fence of its holder, if that is here", part, of -> of.fence);
    gauge(
        "working",
        "Whether this instance works the partition; one of all instances should",
        part,
        of -> of.fence > 0 ? 1 : 0);
    gauge(
        "stopped",
        "Whether the sink stands still until someone resumes it",
        part,
        of -> of.halted ? 1 : 0);
  }

  private Counter counter(Tags sink, String what, String description) {
    return Counter.builder("penstock.sink." + what)
        .description(description)
        .tags(sink)
        .register(registry);
  }

  private Timer timer(Tags sink, String what, String description) {
    return Timer.builder("penstock.sink." + what)
        .description(description)
        .tags(sink)
        .register(registry);
  }

  private void gauge(
      String name, String description, Tags tags, ToDoubleFunction<SinkMeters> value) {
    gauges.add(
        Gauge.builder("penstock.sink." + name, this, value)
            .tags(tags)
            .description(description)
            .register(registry));
  }

  void delivered(Position position) {
    delivered.increment();
    long nanos = age.applyAsLong(position.millis());
    if (nanos != RedisClock.UNKNOWN) {
      latency.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  void filtered() {
    filtered.increment();
  }

  void retried() {
    retried.increment();
  }

  void postponed() {
    postponed.increment();
  }

  void setAside() {
    deadLetters.increment();
  }

  void answered(long nanos) {
    attempt.record(nanos, TimeUnit.NANOSECONDS);
  }

  void inFlight(int now) {
    inFlight = now;
  }

  void committed(DeliveryWindow.Advance advance, long nanos, boolean isDone) {
    commit.record(nanos, TimeUnit.NANOSECONDS);
    if (!isDone) {
      refused.increment();
    }
  }

  @Override
  public void held(long number, boolean isHalted) {
    fence = number;
    halted = isHalted;
    if (number == 0) {
      lag = 0;
      ageMillis = -1;
      pending = 0;
      deadLettersKept = 0;
      inFlight = 0;
    }
  }

  @Override
  public void renewed(LeaseRepository.Renewal renewal) {
    ageMillis = renewal.ageMillis();
    pending = renewal.pending();
    deadLettersKept = renewal.deadLetters();
  }

  @Override
  public void vanished(int entries) {
    vanished.increment(entries);
  }

  @Override
  public void lag(long events) {
    lag = events;
  }

  @Override
  public void remove() {
    gauges.forEach(registry::remove);
  }
}
