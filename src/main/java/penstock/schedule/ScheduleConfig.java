package penstock.schedule;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How what has a deadline is seen to. */
@ConfigMapping(prefix = "penstock.schedule")
public interface ScheduleConfig {

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
