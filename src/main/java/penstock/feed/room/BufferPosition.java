package penstock.feed.room;

import penstock.stream.Cursor;

/**
 * Where a reader stands in a history.
 *
 * @param next the number of what comes next
 * @param at the cursor behind what it was sent last
 */
public record BufferPosition<H extends SharedHistory<?>>(H history, long next, Cursor at) {

  /**
   * It has nothing of what comes next. Otherwise it came here from where more was read than the
   * history has.
   */
  public boolean isTheHistories() {
    Cursor before = history.before(next);
    return before != null && at.firstAheadOf(before) < 0;
  }
}
