package penstock.ingest;

import penstock.problem.ProblemException;
import penstock.schedule.delayed.ScheduledId;
import penstock.stream.Position;

/** What became of one event. */
sealed interface EventResult {

  /** Whether it was known before. */
  boolean duplicate();

  /**
   * It is in the log.
   *
   * @param partition counted from 0
   * @param position where; of a duplicate, where its first one is
   */
  record Appended(int partition, Position position, boolean duplicate) implements EventResult {}

  /**
   * It will enter the log.
   *
   * @param id by which it can be seen to until then
   * @param deadline when, in milliseconds
   */
  record Scheduled(ScheduledId id, long deadline, boolean duplicate) implements EventResult {}

  /** It was not taken. */
  record Refused(ProblemException problem) implements EventResult {

    @Override
    public boolean duplicate() {
      return false;
    }
  }
}
