package penstock;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long tests wait for what must happen. Far longer than it takes: a busy machine stretches
 * everything, and only a test that fails waits to the end.
 */
public final class Patience {

  public static final Duration LIMIT = Duration.ofSeconds(90);

  private Patience() {}

  /** As {@link Awaitility#await()}, whose own limit of ten seconds a busy machine exceeds. */
  public static ConditionFactory await() {
    return Awaitility.await().atMost(LIMIT);
  }
}
