package penstock.tenant;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What one tenant may use; {@link #UNLIMITED} where there is no limit.
 *
 * @param events in a second
 * @param bytes in a second
 * @param burst how many seconds' worth of both may come at once
 * @param subscribers of one instance
 * @param stored events
 * @param delayed events
 */
record TenantLimits(
    long events, long bytes, Duration burst, long subscribers, long stored, long delayed) {

  static final long UNLIMITED = Long.MAX_VALUE;

  static final TenantLimits NONE =
      new TenantLimits(
          UNLIMITED, UNLIMITED, Duration.ofSeconds(1), UNLIMITED, UNLIMITED, UNLIMITED);

  /**
   * As it is declared.
   *
   * @param otherwise for what is not set
   * @throws ConfigurationException it makes no sense
   */
  static TenantLimits of(String property, TenantsConfig.Limits declared, TenantLimits otherwise) {
    var limits =
        new TenantLimits(
            declared.eventsPerSecond().orElse(otherwise.events),
            bytes(declared.bytesPerSecond()).orElse(otherwise.bytes),
            declared.burst().orElse(otherwise.burst),
            declared.subscribers().isPresent()
                ? declared.subscribers().getAsInt()
                : otherwise.subscribers,
            declared.storedEvents().orElse(otherwise.stored),
            declared.delayedEvents().orElse(otherwise.delayed));
    if (limits.bytes < 1) {
      throw wrong(property + ".bytes-per-second", "must be at least 1");
    }
    if (limits.burst.isNegative() || limits.burst.isZero()) {
      throw wrong(property + ".burst", "must be positive");
    }
    return limits;
  }

  private static Optional<Long> bytes(Optional<MemorySize> size) {
    return size.map(MemorySize::asBigInteger)
        .map(BigInteger.valueOf(UNLIMITED - 1)::min)
        .map(BigInteger::longValue);
  }

  private static ConfigurationException wrong(String property, String rule) {
    return new ConfigurationException(property + " " + rule + ".", Set.of(property));
  }

  boolean hasRate() {
    return events != UNLIMITED || bytes != UNLIMITED;
  }

  boolean hasCount() {
    return stored != UNLIMITED || delayed != UNLIMITED;
  }
}
