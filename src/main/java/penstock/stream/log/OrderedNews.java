package penstock.stream.log;

import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.Term;

/** What a script tells of a log, or of what is read like one: it says what it comes behind. */
public interface OrderedNews {

  /**
   * Of more nothing is told, but that it is there: what is told is held by those who read just
   * then. Scripts, which tell it by messages, have it from {@code part/told.lua}.
   */
  int MOST_BYTES = 8 * 1024;

  /** Of the log. */
  String life();

  /** Its present one. */
  Term term();

  /** The last position removed from the beginning, or zero. */
  Position trimmed();

  /** The last position before what is told. */
  Position before();

  /** The last position of what is told. */
  Position last();

  /**
   * Whether it is what comes next for those who have all up to a position of a log: with nothing in
   * between, and in the life and the term of which that position is.
   */
  default boolean follows(LogState known, Position position) {
    return life().equals(known.life())
        && term().equals(known.term())
        && before().equals(position)
        && !trimmed().isAfter(position);
  }
}
