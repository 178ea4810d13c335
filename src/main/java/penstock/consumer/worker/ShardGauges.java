package penstock.consumer.worker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The gauges that every shard has. May be used on any thread. They show the partition only while
 * this instance works it; otherwise they are 0, so that a sum over the instances is right.
 */
public final class ShardGauges {

  private final MeterRegistry registry;
  private final String prefix;
  private final Tags tags;
  private final List<Meter> gauges = new ArrayList<>();
  private volatile long fence;
  private volatile long lag;
  private volatile long pending;
  private volatile long deadLettersKept;
  private volatile boolean halted;

  /**
   * @param prefix of their names, with a dot at its end
   * @param tags of the shard
   */
  public ShardGauges(MeterRegistry registry, String prefix, Tags tags) {
    this.registry = registry;
    this.prefix = prefix;
    this.tags = tags;
  }

  /**
   * Shows them.
   *
   * @param lagMeaning what the gauge {@code lag} means
   * @param pendingMeaning what the gauge {@code pending} means
   * @param halted the name of the one that tells that nobody can work the shard
   * @param haltedMeaning what it means
   */
  public void show(String lagMeaning, String pendingMeaning, String halted, String haltedMeaning) {
    add("lag", null, lagMeaning, this, of -> of.lag);
    add("pending", null, pendingMeaning, this, of -> of.pending);
    add(halted, null, haltedMeaning, this, of -> of.halted ? 1 : 0);
    add(
        "dead.letters.kept",
        null,
        "Events set aside and still there",
        this,
        of -> of.deadLettersKept);
    add("fence", null, "Number of the fence of its holder, if that is here", this, of -> of.fence);
    add(
        "working",
        null,
        "Whether this instance works the partition; one of all instances should",
        this,
        of -> of.fence > 0 ? 1 : 0);
  }

  /**
   * Shows one more.
   *
   * @param unit null if it has none
   * @param shown is not kept from being collected
   */
  public <T> void add(
      String name, @Nullable String unit, String meaning, T shown, ToDoubleFunction<T> value) {
    gauges.add(
        Gauge.builder(prefix + name, shown, value)
            .tags(tags)
            .baseUnit(unit)
            .description(meaning)
            .register(registry));
  }

  /** As {@link ShardMonitor#held} has it. */
  public void held(long number, boolean isHalted) {
    fence = number;
    halted = isHalted;
    if (number == 0) {
      lag = 0;
      pending = 0;
      deadLettersKept = 0;
    }
  }

  /** As {@link ShardMonitor#renewed} has it. */
  public void renewed(LeaseRepository.Renewal renewal) {
    pending = renewal.pending();
    deadLettersKept = renewal.deadLetters();
  }

  public void lag(long events) {
    lag = Math.max(0, events);
  }

  public long lag() {
    return lag;
  }

  /** They are not shown any more. */
  public void remove() {
    gauges.forEach(registry::remove);
  }
}
