package penstock.tenant;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What tenants may use. */
@ConfigMapping(prefix = "penstock.tenants")
public interface TenantsConfig {

  /** Of each tenant. */
  Limits limits();

  /** Of one tenant, by its name: what is set takes the place of what all have. */
  Map<String, Limits> overrides();

  /**
   * How much of a second's rate an instance takes out of a tenant's bucket at a time, to give it
   * away without asking Redis; the next is asked for when a quarter is left. Longer costs fewer
   * questions; a tenant may have that much more than its rate in a moment, for each instance.
   */
  @WithDefault("100ms")
  Duration slice();

  /**
   * How often the events that tenants keep, and those that wait, are counted: two commands for each
   * partition of a tenant. Between, an instance adds what it appends itself.
   */
  @WithDefault("10s")
  Duration countInterval();

  /** Limits; what is not set is not limited. */
  interface Limits {

    /** Events appended in a second, on the average, by all instances together. */
    @Min(1)
    OptionalLong eventsPerSecond();

    /** Bytes of bodies of appends in a second, decompressed, by all instances together. */
    Optional<MemorySize> bytesPerSecond();

    /**
     * How many seconds' worth of both rates may come at once, after a time without. 1s if not set:
     * what a client sends in one go, and no more than Redis takes in one.
     */
    Optional<Duration> burst();

    /**
     * Readers of feeds at a time, of each instance: the instance's connections and memory are what
     * they use up.
     */
    @Min(0)
    OptionalInt subscribers();

    /** Events kept in all streams of the tenant, which is the memory of Redis. */
    @Min(0)
    OptionalLong storedEvents();

    /** Events that wait to enter the logs of the tenant's streams. */
    @Min(0)
    OptionalLong delayedEvents();
  }
}
