package penstock.presence;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** Who is in which room. */
@ConfigMapping(prefix = "penstock.presence")
interface PresenceConfig {

  /**
   * The stream of {@code presence.joined}, {@code .updated}, {@code .left} and {@code .timed-out}.
   * It is declared by this, with one partition unless {@code penstock.streams.<name>.partitions}
   * says otherwise; a room is in one partition.
   */
  @WithDefault("presence")
  String stream();

  /**
   * The view of those events, declared by this: an entry for each room, with its members. More
   * settings of it go under its name in {@code penstock.views}.
   */
  @WithDefault("rooms")
  String view();

  /** Members of one room; more are refused. A room is meant to be looked at as a whole. */
  @WithDefault("10000")
  @Min(1)
  @Max(1_000_000)
  int maxMembers();

  /**
   * What one member may say of itself, as JSON. It is in each event of the member, and in lists.
   */
  @WithDefault("4K")
  MemorySize maxMetadata();

  /** Bodies of heartbeats that are being received; more are refused with 429. */
  @WithDefault("16M")
  MemorySize maxBuffered();

  /** How long a heartbeat's body may take to arrive. */
  @WithDefault("10s")
  Duration bodyTimeout();
}
