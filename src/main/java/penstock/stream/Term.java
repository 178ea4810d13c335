package penstock.stream;

/**
 * One reign of a Redis master within a life of the log.
 *
 * @param number counts from 1
 * @param bits 16 random bits, so that the same number of another lineage is told apart
 * @param start the last position when it began: what the reign before it left
 */
public record Term(int number, int bits, Position start) {

  /** Reads the form of the log's hash, {@code number:bits as four hex digits:start}. */
  public static Term parse(String text) {
    String[] parts = text.split(":", 3);
    return new Term(
        Integer.parseInt(parts[0]), Integer.parseInt(parts[1], 16), Position.parse(parts[2]));
  }
}
