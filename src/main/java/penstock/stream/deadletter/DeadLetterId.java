package penstock.stream.deadletter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.stream.Position;

/** A dead letter of a stream, as clients name it: {@code <partition>.<its place there>}. */
@Schema(
    type = SchemaType.STRING,
    description = "The partition and the place among its dead letters",
    pattern = "^\\d{1,4}\\.\\d{1,18}-\\d{1,18}$",
    examples = "0.1795172913901-0")
public record DeadLetterId(int partition, Position place) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,18}-\\d{1,18})");

  /** Before all others. */
  public static final DeadLetterId FIRST = new DeadLetterId(0, Position.ZERO);

  /**
   * Reads {@link #toString}'s form.
   *
   * @throws IllegalArgumentException if it is another
   */
  public static DeadLetterId parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("must be the id of a dead letter, as a page gave it");
    }
    return new DeadLetterId(Integer.parseInt(matcher.group(1)), Position.parse(matcher.group(2)));
  }

  @Override
  public String toString() {
    return partition + "." + place;
  }
}
