package penstock.cluster;

/**
 * Acknowledged events were lost: those of the time between, or all before its end. Times are {@link
 * System#nanoTime}.
 */
record Loss(long begin, long end, boolean ofAll) {

  /** Whether the event must have outlived it. */
  boolean spares(Attempt attempt) {
    return attempt.sent() > end || !ofAll && attempt.ended() < begin;
  }
}
