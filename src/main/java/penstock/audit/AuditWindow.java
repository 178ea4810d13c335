package penstock.audit;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many requests of each outcome may have a record of their own in a time, and how many there
 * were besides. For one thread at a time.
 */
final class AuditWindow {

  private final Duration length;
  private final int maxDone;
  private final int maxRefused;
  private final Map<AuditOutcome, Integer> besides = new EnumMap<>(AuditOutcome.class);
  private @Nullable Instant began;
  private int done;
  private int refused;

  AuditWindow(Duration length, int maxDone, int maxRefused) {
    this.length = length;
    this.maxDone = maxDone;
    this.maxRefused = maxRefused;
  }

  /** Whether one more has a record of its own; else it is counted. */
  boolean admits(AuditOutcome outcome, Instant now) {
    if (began == null) {
      began = now;
    }
    boolean admitted =
        switch (outcome) {
          case DONE -> ++done <= maxDone;
          case FAILED, REFUSED -> ++refused <= maxRefused;
          case UNAUTHENTICATED -> false;
        };
    if (!admitted) {
      besides.merge(outcome, 1, Integer::sum);
    }
    return admitted;
  }

  /** Ends the window if its time is up, or {@code anyway}: what was counted, if something was. */
  Optional<JsonObject> close(Instant now, boolean anyway) {
    if (began == null || !anyway && now.isBefore(began.plus(length))) {
      return Optional.empty();
    }
    var counts = new JsonObject();
    besides.forEach((outcome, count) -> counts.put(outcome.toString(), count));
    counts.put("seconds", Math.max(1, Duration.between(began, now).toSeconds()));
    boolean any = !besides.isEmpty();
    besides.clear();
    began = null;
    done = 0;
    refused = 0;
    return any ? Optional.of(counts) : Optional.empty();
  }
}
