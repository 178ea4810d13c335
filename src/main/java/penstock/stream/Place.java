package penstock.stream;

/**
 * Where a reader stands in one partition.
 *
 * @param term number of the term in which the position was read
 * @param bits the term's random bits
 * @param position the last entry read, or zero
 */
public record Place(int term, int bits, Position position) {

  public static Place in(LogState log, Position position) {
    return new Place(log.term().number(), log.term().bits(), position);
  }
}
