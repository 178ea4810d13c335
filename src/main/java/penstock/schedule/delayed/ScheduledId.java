package penstock.schedule.delayed;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A scheduled event of a stream, as clients name it: {@code <partition>.<its name there>}. It stays
 * the same when the event is moved.
 *
 * @param name 16 digits that grow, see {@code schedule.lua}
 */
@Schema(
    type = SchemaType.STRING,
    description = "The partition and a number there",
    pattern = "^\\d{1,4}\\.\\d{16}$",
    examples = "0.1795172913901123")
public record ScheduledId(int partition, String name) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{16})");

  /**
   * Reads {@link #toString}'s form.
   *
   * @throws IllegalArgumentException if it is another
   */
  public static ScheduledId parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("must be the id of a scheduled event, as it was given");
    }
    return new ScheduledId(Integer.parseInt(matcher.group(1)), matcher.group(2));
  }

  @Override
  public String toString() {
    return partition + "." + name;
  }
}
