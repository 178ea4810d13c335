package penstock.view;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The views that this deployment has. */
@ConfigMapping(prefix = "penstock.views")
public interface ViewsConfig {

  /**
   * Requests that wait at the same time for a view to apply what they ask for; more are refused.
   * Bounds the memory of a view that lags.
   */
  @WithDefault("10000")
  @Min(1)
  int maxWaiting();

  /**
   * How often it is looked whether a view has applied what requests wait for, where another
   * instance works it; this instance's own workers report it at once.
   */
  @WithDefault("20ms")
  Duration pollInterval();

  /** By name. */
  @WithParentName
  Map<String, OfView> byName();

  /** Settings of one view. */
  interface OfView {

    /** The stream that it is folded from. */
    String stream();

    /**
     * What becomes of an event: {@code merge}, {@code count}, {@code sum}, {@code min}, {@code
     * max}, {@code average}, {@code recent}, {@code rank}, {@code distinct}, {@code window}, or
     * {@code bean:} and the name of a CDI bean.
     */
    String fold();

    /**
     * A JSON pointer to the number that is summed, compared or ranked; for {@code distinct} what is
     * counted once, as with the key.
     */
    Optional<String> value();

    /** Who is ranked by {@code rank}: as with the key. */
    Optional<String> member();

    /**
     * What {@code rank} makes of the scores of a member: {@code last} (as it is without), {@code
     * highest}, {@code lowest} or {@code total}.
     */
    Optional<String> score();

    /** How many events {@code recent} keeps (100) or members {@code rank} shows (10). */
    OptionalInt size();

    /** Length of a bucket of {@code window}, in whole seconds; else one minute. */
    Optional<Duration> bucket();

    /** How many buckets {@code window} keeps; else 60. */
    OptionalInt buckets();

    /**
     * Which entry an event belongs to: {@code subject}, {@code type}, {@code source}, {@code id} or
     * a JSON pointer into the data. Without it, the event's key.
     */
    Optional<String> key();

    /** Only events of these types. */
    Optional<Set<String>> types();

    /** Only events of these subjects. */
    Optional<Set<String>> subjects();

    /** Events of these types delete the entry of their key. */
    Optional<Set<String>> deletes();

    /**
     * Whether the view may be built although the beginning of the stream is not kept any more. It
     * then lacks what is gone.
     */
    @WithDefault("false")
    boolean acceptPartialHistory();

    /** What becomes of an event that cannot be folded. */
    @WithDefault("dead-letter")
    OnError onError();
  }

  /** What becomes of an event that cannot be folded. */
  enum OnError {
    /** It is set aside with the reason, and the view goes on. */
    DEAD_LETTER,
    /**
     * The view halts before it, aloud, until it is built anew, or this is set to {@code
     * dead-letter}.
     */
    HALT
  }
}
