package penstock.stream.registry;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The streams that this deployment has. */
@ConfigMapping(prefix = "penstock.streams")
public interface StreamsConfig {

  /** More would make cursors longer than browsers and proxies take in a header. */
  int MAX_PARTITIONS = 64;

  /**
   * Whether an append to an unknown stream creates it. Convenient in development, a typing error in
   * production.
   */
  @WithDefault("false")
  boolean autoCreate();

  /** The dedup window of streams that an append created. */
  @WithDefault("2m")
  Duration createdDedupWindow();

  /** How often what retention does not keep is removed. */
  @WithDefault("10s")
  Duration trimInterval();

  /** By name. */
  @WithParentName
  Map<String, OfStream> byName();

  /** Settings of one stream. */
  interface OfStream {

    /**
     * Events with the same key go to the same one, in order; between two there is no order. Fixed
     * for the stream's life.
     */
    @WithDefault("1")
    @Min(1)
    @Max(MAX_PARTITIONS)
    int partitions();

    /**
     * How long a repeated (source, id) is recognised at the least. Costs about 110 bytes of Redis
     * for each event in it.
     */
    @WithDefault("2m")
    Duration dedupWindow();

    /** What an acknowledgement promises. */
    @WithDefault("memory")
    Durability durability();

    RetentionSettings retention();

    /**
     * With {@code durability=replicated}: how many replicas must have the events, and how long they
     * may take.
     */
    Replication replication();
  }

  /**
   * What is kept of a log. Nothing is removed that a view has not applied or a group has not
   * acknowledged, whatever the bounds say, but for the hard limit.
   */
  interface RetentionSettings {

    /** Older events are removed; unlimited if not set. */
    Optional<Duration> maxAge();

    /** Events kept in each partition; unlimited if not set. */
    @Min(0)
    OptionalLong maxLength();

    /**
     * Events kept in each partition even if a consumer is not done with them: a stuck consumer must
     * not fill Redis. What it misses is logged and counted. Unlimited if not set.
     */
    @Min(1)
    OptionalLong hardLimit();
  }

  /** What an acknowledgement promises. */
  enum Durability {
    /** The event is in the log of the Redis master. */
    MEMORY,
    /** The event has also reached replicas. */
    REPLICATED
  }

  /** Settings of {@link Durability#REPLICATED}. */
  interface Replication {

    /** How many replicas must have an event before it is acknowledged. */
    @WithDefault("1")
    @Min(1)
    int replicas();

    /** How long they may take; then the answer is 503, and a retry finds what they have by then. */
    @WithDefault("1s")
    Duration timeout();
  }
}
