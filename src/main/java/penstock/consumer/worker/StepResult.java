package penstock.consumer.worker;

import java.time.Duration;

/** Result of a step of a pipeline. */
public sealed interface StepResult {

  /** It went on, or there may be more. */
  record Advanced() implements StepResult {}

  /** All that was read is done, and nothing new came. */
  record Drained() implements StepResult {}

  /**
   * There is nothing to do until an answer comes, which wakes the thread, or some time has passed.
   */
  record Waiting(Duration most) implements StepResult {}

  /** The next event cannot be dealt with and may not be set aside. All before it is done. */
  record Obstructed(String reason) implements StepResult {}

  StepResult ADVANCED = new Advanced();
  StepResult DRAINED = new Drained();
}
