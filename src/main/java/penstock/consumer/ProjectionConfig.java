package penstock.consumer;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How views are worked. */
@ConfigMapping(prefix = "penstock.projection")
public interface ProjectionConfig {

  /** Whether this instance works views. One that does not still serves them. */
  @WithDefault("true")
  boolean enabled();

  /**
   * How long a view's partition stays with an instance that does not answer any more. It is renewed
   * at a third of that, and given back at once on shutdown.
   */
  @WithDefault("10s")
  Duration lease();

  /**
   * Entries that a worker keeps, so that it need not read them again; for each view's partition.
   * What a commit under way has changed is kept beyond it.
   */
  @WithDefault("32M")
  MemorySize cacheSize();

  /**
   * The longest pause after a failure for outside reasons; the first one is a hundredth of it. Also
   * how often a worker looks for events should nothing have woken it.
   */
  @WithDefault("5s")
  Duration backoff();

  /**
   * How often an event on which processes died is folded alone before it becomes a dead letter.
   * Only attempts during which the process died count.
   */
  @WithDefault("3")
  @Min(1)
  int loneAttempts();

  /**
   * How long a generation is kept that no live instance works: of a definition that was replaced,
   * or of a view that is not declared any more. Until then its consumer group also keeps retention
   * from removing what it has not applied.
   */
  @WithDefault("10m")
  Duration keepUnused();

  Changelog changes();

  /** What is remembered of which keys changed, for those who resume a view's feed. */
  interface Changelog {

    /** Who resumes later gets a new snapshot. */
    @WithDefault("10m")
    Duration maxAge();

    /**
     * Changed keys, over all commits; of more than 1,024 up to 32 more, since the oldest changes
     * are removed several at once.
     */
    @WithDefault("1000000")
    @Min(1)
    long maxKeys();
  }
}
