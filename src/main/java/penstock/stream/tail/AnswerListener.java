package penstock.stream.tail;

/**
 * An instance that follows a log such that the answer to its own append tells it what was appended.
 * For each of the two that it may want, it listens to both channels of the log over a connection.
 *
 * @param wantEntries some here want the entries
 * @param wantRecords there are some who only want to be woken, and take what is told as it is
 *     written
 */
public record AnswerListener(boolean wantEntries, boolean wantRecords) {

  /** One that does not follow it, or has to be told by Redis. */
  public static final AnswerListener NONE = new AnswerListener(false, false);

  /** Over how many connections it listens to each of the channels. */
  public int count() {
    return (wantEntries ? 1 : 0) + (wantRecords ? 1 : 0);
  }
}
