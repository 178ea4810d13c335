package penstock.stream;

/**
 * Where a reader stands in one partition.
 *
 * @param term number of the term in which the position was read
 * @param bits the term's random bits
 * @param position the last entry read, or zero
 */
public record Place(int term, int bits, Position position) {

  /** Nothing is said of the partition. */
  public static final Place NOWHERE = new Place(0, 0, Position.ZERO);

  public boolean isNowhere() {
    return term == 0;
  }

  public static Place in(LogState log, Position position) {
    return new Place(log.term().number(), log.term().bits(), position);
  }
}
