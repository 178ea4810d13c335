package penstock.feed.stream;

import penstock.stream.Cursor;

/**
 * Where a reader stands in a history.
 *
 * @param next the number of the event that comes next
 * @param at the cursor behind what it was sent last
 */
record BufferPosition(HistoryBuffer history, long next, Cursor at) {

  /**
   * It has nothing of what comes next. Otherwise it came here from where a log was read further.
   */
  boolean isTheHistories() {
    Cursor before = history.before(next);
    return before != null && at.firstAheadOf(before) < 0;
  }
}
