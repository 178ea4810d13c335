package penstock.group;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How pull groups are served. */
@ConfigMapping(prefix = "penstock.group")
interface GroupConfig {

  /**
   * Pulls that wait at the same time on this instance, of all groups; more are refused with 429.
   * Each holds a connection of its client.
   */
  @WithDefault("10000")
  @Min(1)
  int maxWaiting();

  /**
   * Events of a partition that an ordered group may park, since another of their key is in flight.
   * When there are so many, nothing is read of the log until some are done. About 150 bytes of
   * Redis each.
   */
  @WithDefault("10000")
  @Min(1)
  @Max(1_000_000)
  int maxParked();

  /**
   * How often a group that pulls wait for is looked at, should no notice have come: bounds how late
   * an event is found that another hand wrote, or of which the notice was lost.
   */
  @WithDefault("1s")
  Duration checkInterval();

  /** How often a group that is pulled of is looked over for what a crash of Redis left behind. */
  @WithDefault("30s")
  Duration tidyInterval();

  /** How often the lag of all groups is looked at, for the metrics. */
  @WithDefault("10s")
  Duration monitorInterval();

  /**
   * A consumer that holds nothing is forgotten when it has not pulled for so long, so that names
   * that are used once do not pile up in Redis.
   */
  @WithDefault("10m")
  Duration keepConsumers();

  /** What one read of a log should bring, judged by the sizes of the first events of it. */
  @WithDefault("512K")
  MemorySize readSize();

  /** All request bodies for groups that are held in memory; more are refused with 429. */
  @WithDefault("16M")
  MemorySize maxBuffered();

  /** How long a request may take to arrive. A client that sends slower holds memory for nothing. */
  @WithDefault("30s")
  Duration bodyTimeout();
}
