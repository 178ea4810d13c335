package penstock.cluster;

/**
 * Acknowledged events were lost. Times are {@link System#nanoTime}. Some moments are not known
 * better than by what was done around them, so that of what happened then nobody can tell.
 *
 * @param partition whose log it was, or {@link #ALL}
 * @param begin what was acknowledged before it is not lost
 * @param cut what was asked for after it is lost, if it was acknowledged
 * @param back before it: whatever was acknowledged after it may be of the time after the loss
 * @param end what was asked for after it is not lost
 */
record Loss(int partition, long begin, long cut, long back, long end) {

  static final int ALL = -1;

  /** Of what came after a replica was cut off that took over, between two moments. */
  static Loss ofTail(long begin, long cut, long back) {
    return new Loss(ALL, begin, cut, back, System.nanoTime());
  }

  /** Of nothing that was acknowledged; who read other events must hear that they are gone. */
  static Loss ofWhatWasNotAcknowledged() {
    return new Loss(ALL, Long.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, System.nanoTime());
  }

  /** Of all that there was of a partition, or of all. */
  static Loss ofAll(int partition, long back) {
    return new Loss(partition, Long.MIN_VALUE, Long.MIN_VALUE, back, System.nanoTime());
  }

  boolean befalls(int log) {
    return partition == ALL || partition == log;
  }

  /** Whether the event must have outlived it. */
  boolean spares(Attempt attempt) {
    return spares(attempt.sent(), attempt.ended());
  }

  /** Whether what was asked for and answered at these times must have outlived it. */
  boolean spares(long asked, long answered) {
    return asked > end || answered < begin;
  }

  /** Whether that must be lost. */
  boolean takes(long asked, long answered) {
    return asked > cut && answered < back;
  }
}
