package penstock.stream;

/**
 * One reign of a Redis master within a life of the log, as far as nothing was removed from the
 * log's midst: when that is noticed, the next term begins. A life is one existence of the log: it
 * ends when the log is lost as a whole.
 *
 * <p>Example: a log begins its life in term 1, which starts at 0-0, and grows up to 900-0. Then the
 * master dies. The replica that takes its place has received the log up to 880-0 only; term 2
 * begins, which starts at 880-0. A reader that stands at 870-0 in term 1 can go on, since that
 * position was in the log when term 2 began. A reader that stands at 900-0 in term 1 is reset: what
 * it has read is lost, even if the new master has appended another event at 900-0. Had Redis lost
 * the log, the next append would begin another life, and every reader would be reset.
 *
 * @param number counts from 1
 * @param bits 16 random bits, which differ if two masters both began a term of this number
 * @param start the last position when it began: what the term before it left
 * @param gap up to here something may have been removed from between what is left, just before it
 *     began; zero if nothing was
 */
public record Term(int number, int bits, Position start, Position gap) {

  /**
   * Reads the form of the log's hash, {@code number:bits as four hex digits:start}, with {@code
   * :gap} if there is one.
   */
  public static Term parse(String text) {
    String[] parts = text.split(":", 4);
    return new Term(
        Integer.parseInt(parts[0]),
        Integer.parseInt(parts[1], 16),
        Position.parse(parts[2]),
        parts.length < 4 ? Position.ZERO : Position.parse(parts[3]));
  }
}
