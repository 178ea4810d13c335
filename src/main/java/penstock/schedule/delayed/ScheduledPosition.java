package penstock.schedule.delayed;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Where a page of scheduled events ends: behind this event, whether it is still there or not.
 *
 * @param deadline of it, in milliseconds
 */
@Schema(
    type = SchemaType.STRING,
    description = "Where a page of scheduled events ended",
    pattern = "^\\d{1,4}\\.\\d{1,16}\\.\\d{16}$",
    examples = "0.1795172943901.1795172913901123")
public record ScheduledPosition(int partition, long deadline, String name) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,16})\\.(\\d{16})");

  private static final String NO_NAME = "0".repeat(16);

  /** Before all others of the partition. */
  static ScheduledPosition firstOf(int partition) {
    return new ScheduledPosition(partition, 0, NO_NAME);
  }

  /** Before all others. */
  public static final ScheduledPosition FIRST = firstOf(0);

  /**
   * Reads {@link #toString}'s form.
   *
   * @throws IllegalArgumentException if it is another
   */
  public static ScheduledPosition parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("must be `next` of a page of scheduled events");
    }
    return new ScheduledPosition(
        Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)), matcher.group(3));
  }

  @Override
  public String toString() {
    return partition + "." + deadline + "." + name;
  }
}
