package penstock.stream;

import java.util.List;

/**
 * Is told by the {@link Tail} what happens to one partition. All calls come on the tail's event
 * loop and must not block.
 */
public interface Follower {

  /**
   * Entries were appended, in order and without a gap since the last call or the position at which
   * following began.
   *
   * @param log the log's state when they were read or shortly before
   */
  void appended(LogState log, List<LogEntry> entries);

  /**
   * The log is not what it was: another life or term began, or what the tail had to read next was
   * trimmed. The tail goes on after {@code log.last()}; what lies between is not told.
   */
  void moved(LogState log);
}
