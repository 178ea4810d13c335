package penstock.stream;

/**
 * Where a reader stands in one partition.
 *
 * @param term number of the term in which the position was read
 * @param bits the term's random bits
 * @param position the last entry read, or zero
 */
public record PartitionPosition(int term, int bits, Position position) {

  /** Nothing is said of the partition. */
  public static final PartitionPosition NOWHERE = new PartitionPosition(0, 0, Position.ZERO);

  public boolean isNowhere() {
    return term == 0;
  }

  public static PartitionPosition in(LogState log, Position position) {
    return new PartitionPosition(log.term().number(), log.term().bits(), position);
  }
}
