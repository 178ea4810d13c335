package penstock.sink.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import penstock.consumer.worker.LeaseRepository;
import penstock.consumer.worker.ShardGauges;
import penstock.consumer.worker.ShardMonitor;
import penstock.redis.RedisClock;
import penstock.stream.Position;

/** The meters of one shard. May be used on any thread. */
final class SinkMeters implements ShardMonitor {

  private static final String PREFIX = "penstock.sink.";

  private final MeterRegistry registry;
  private final LongUnaryOperator age;
  private final ShardGauges gauges;
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
  private volatile long ageMillis = -1;
  private volatile int inFlight;

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
    gauges =
        new ShardGauges(
            registry, PREFIX, sink.and("partition", Integer.toString(shard.partition().index())));
    gauges.show(
        "Events of the log that are not delivered, as of the last commit here",
        "Events given to the sink's holder and not done",
        "stopped",
        "Whether the sink stands still until someone resumes it");
    gauges.add(
        "lag.time",
        "seconds",
        "Age of the first event that is not done, as of the last renewal here",
        this,
        of -> Math.max(0, of.ageMillis) / 1e3);
    gauges.add("in.flight", null, "Events that are with the receiver", this, of -> of.inFlight);
  }

  private Counter counter(Tags sink, String what, String description) {
    return Counter.builder(PREFIX + what).description(description).tags(sink).register(registry);
  }

  private Timer timer(Tags sink, String what, String description) {
    return Timer.builder(PREFIX + what).description(description).tags(sink).register(registry);
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
    gauges.held(number, isHalted);
    if (number == 0) {
      ageMillis = -1;
      inFlight = 0;
    }
  }

  @Override
  public void renewed(LeaseRepository.Renewal renewal) {
    gauges.renewed(renewal);
    ageMillis = renewal.ageMillis();
  }

  @Override
  public void vanished(int entries) {
    vanished.increment(entries);
  }

  @Override
  public void lag(long events) {
    gauges.lag(events);
  }

  @Override
  public void remove() {
    gauges.remove();
  }
}
