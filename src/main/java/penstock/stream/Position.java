package penstock.stream;

import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The id of an entry in one partition: milliseconds since 1970 by Redis's clock, and a number
 * within them. Both are unsigned 64 bits, as in Redis: whoever appends by hand may give any id, and
 * all that is appended later comes behind it.
 */
@Schema(
    type = SchemaType.STRING,
    description =
        "The id of a log entry, with its partition if that is not said and the stream has several",
    pattern = "^([0-9]+/)?[0-9]+-[0-9]+$")
public record Position(long millis, long sequence) implements Comparable<Position> {

  /** Before every entry. */
  public static final Position ZERO = new Position(0, 0);

  /** Behind it nothing can be appended. */
  public static final Position MAX = new Position(-1, -1);

  /** Reads Redis's form, such as {@code 1526919030474-0}. */
  public static Position parse(String id) {
    int dash = id.indexOf('-');
    if (dash <= 0) {
      throw new IllegalArgumentException("not a position: " + id);
    }
    return new Position(
        Long.parseUnsignedLong(id.substring(0, dash)),
        Long.parseUnsignedLong(id.substring(dash + 1)));
  }

  /** The first position behind this one; empty if there is none. */
  public Optional<Position> next() {
    if (sequence != -1) {
      return Optional.of(new Position(millis, sequence + 1));
    }
    return millis == -1 ? Optional.empty() : Optional.of(new Position(millis + 1, 0));
  }

  /** Seconds since 1970, by Redis's clock. */
  public long seconds() {
    return Long.divideUnsigned(millis, 1_000);
  }

  public boolean isAfter(Position other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Position other) {
    int byMillis = Long.compareUnsigned(millis, other.millis);
    return byMillis != 0 ? byMillis : Long.compareUnsigned(sequence, other.sequence);
  }

  /** Redis's form. */
  @Override
  public String toString() {
    return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
  }
}
