package penstock.stream;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The id of an entry in one partition: milliseconds since 1970 by Redis's clock, and a number
 * within them. Both are unsigned 64 bits in Redis; here they stay within a signed long, which lasts
 * longer than the clock.
 */
@Schema(
    type = SchemaType.STRING,
    description =
        "The id of a log entry, with its partition if that is not said and the stream has several",
    pattern = "^([0-9]+/)?[0-9]+-[0-9]+$")
public record Position(long millis, long sequence) implements Comparable<Position> {

  /** Before every entry. */
  public static final Position ZERO = new Position(0, 0);

  public Position {
    if (millis < 0 || sequence < 0) {
      throw new IllegalArgumentException("not a position: " + millis + "-" + sequence);
    }
  }

  /** Reads Redis's form, such as {@code 1526919030474-0}. */
  public static Position parse(String id) {
    int dash = id.indexOf('-');
    if (dash <= 0) {
      throw new IllegalArgumentException("not a position: " + id);
    }
    return new Position(
        Long.parseLong(id.substring(0, dash)), Long.parseLong(id.substring(dash + 1)));
  }

  public boolean isAfter(Position other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Position other) {
    int byMillis = Long.compare(millis, other.millis);
    return byMillis != 0 ? byMillis : Long.compare(sequence, other.sequence);
  }

  /** Redis's form. */
  @Override
  public String toString() {
    return millis + "-" + sequence;
  }
}
