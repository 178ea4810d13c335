package penstock.schedule;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How what has a deadline is seen to. */
@ConfigMapping(prefix = "penstock.schedule")
public interface ScheduleConfig {

  /**
   * How far ahead an event may be scheduled. What is scheduled takes memory in Redis until it is
   * due, and a year that was mistyped for ever.
   */
  @WithDefault("366d")
  Duration maxDelay();

  /**
   * Events that may be scheduled in one partition at a time; more are refused with 429. Each takes
   * about 350 bytes of Redis and what the event itself has.
   */
  @WithDefault("1000000")
  @Min(1)
  long maxEvents();

  /**
   * How often an instance looks for deadlines of which it was told nothing: a notice may be lost,
   * or the user in Redis not be allowed to hear any.
   */
  @WithDefault("1s")
  Duration checkInterval();

  /**
   * How often one of the instances looks through all partitions for deadlines that the index does
   * not have. There are none, unless an instance died within the millisecond in which it notes a
   * deadline that it has not acknowledged yet.
   */
  @WithDefault("1m")
  Duration sweepInterval();
}
