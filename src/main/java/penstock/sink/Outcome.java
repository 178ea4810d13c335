package penstock.sink;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of one delivery of an event. Reasons are read by operators: no secrets, no payloads.
 */
public sealed interface Outcome {

  /** What is in the way; empty if nothing is. */
  String reason();

  /** The receiver has it. */
  record Delivered() implements Outcome {
    @Override
    public String reason() {
      return "";
    }
  }

  /**
   * The receiver may have it or not, or could not take it now: it is delivered again after a
   * growing pause.
   *
   * @param notBefore what the receiver asked for, as with {@code Retry-After}; null if nothing
   */
  record Retry(String reason, @Nullable Duration notBefore) implements Outcome {}

  /**
   * Nothing was sent, since the receiver is spared (an open breaker) or cannot take anything at all
   * (a read-only index): delivered again no sooner than after the pause; not counted as an attempt.
   */
  record Postponed(String reason, Duration pause) implements Outcome {}

  /**
   * The receiver does not take this event, whenever it is tried. It becomes a dead letter after as
   * many attempts as {@code retry.refused-attempts} says.
   *
   * @param type what kind of refusal, in a word: {@code status-404}, {@code
   *     mapper_parsing_exception}
   */
  record Refused(String type, String detail) implements Outcome {
    @Override
    public String reason() {
      return type + ": " + detail;
    }
  }

  /** The receiver wants nothing any more: the sink stops aloud until it is resumed. */
  record Stop(String reason) implements Outcome {}

  Outcome DELIVERED = new Delivered();
}
