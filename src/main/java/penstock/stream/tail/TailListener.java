package penstock.stream.tail;

import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.log.LogNews;
import penstock.stream.log.OrderedNews;
import penstock.stream.log.RawRecord;

/**
 * Is called by the {@link Tail} with what happens to one partition. All calls come on an event
 * loop, one at a time, and must not block. It is the tail's; but who wants the entries may have
 * those that this instance appends on that on which it had the answer.
 */
public interface TailListener {

  /**
   * Whether it wants the entries, and not only to be woken when there are some. Asked when
   * following begins. One that reads the log by itself should not: what is appended then crosses
   * the network once and not twice.
   */
  default boolean wantsEntries() {
    return true;
  }

  /**
   * Entries were appended, in order and without a gap since the last call or the position at which
   * following began.
   *
   * @param log the log's state, observed after the entries were read: they are of its life and term
   * @param entries not modifiable; empty if they are not {@linkplain #wantsEntries wanted}
   */
  void appended(LogState log, List<LogEntry> entries);

  /**
   * Entries were appended, as {@link #appended} has it, of which was told what they are. For those
   * who only want to be woken, and may take them from here in the place of reading them.
   *
   * @param news with the entries as they are written
   */
  default void told(LogState log, LogNews news) {
    appended(log, List.of());
  }

  /**
   * The same of what is no log. What this instance changed comes on the thread that has the answer.
   *
   * @param news as its source reads it; it may not follow what was told before
   */
  default void told(LogState log, OrderedNews news) {
    appended(log, List.of());
  }

  /**
   * These are about to be appended, and what is made of them may be written with them. Comes on
   * whatever thread appends.
   *
   * @param records whose positions are not known yet
   * @return null if nothing is to be written with them
   */
  default @Nullable CarriedCommit carry(List<RawRecord> records) {
    return null;
  }

  /**
   * The log is not what it was: another life began, or another term, which may lack some of what
   * was read in the one before, or what came next was trimmed. The tail goes on after {@code
   * log.last()}; what lies before it and was not delivered is not delivered any more.
   */
  void moved(LogState log);
}
