package penstock.sink.archive;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import penstock.sink.InvalidSinkException;
import penstock.stream.StreamName;

/**
 * The name of the index that an event goes to: a text in which a time may stand. Immutable; any
 * thread.
 *
 * @see <a
 *     href="https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create">what
 *     an index may be called</a>
 */
final class IndexName {

  private static final Pattern FORM = Pattern.compile("[a-z0-9.][a-z0-9._~-]*");
  private static final Pattern TIME = Pattern.compile("\\{(yyyy(?:[._-]MM(?:[._-]dd)?)?)}");
  private static final int MOST_BYTES = 255;

  private final String before;
  private final @Nullable DateTimeFormatter time;
  private final String after;

  private IndexName(String before, @Nullable DateTimeFormatter time, String after) {
    this.before = before;
    this.time = time;
    this.after = after;
  }

  /**
   * Reads {@code penstock-{stream}-{yyyy.MM}} and the like.
   *
   * @throws InvalidSinkException if no index can be called so
   */
  static IndexName of(String text, StreamName stream) {
    String named = text.replace("{stream}", stream.value());
    Matcher times = TIME.matcher(named);
    IndexName name;
    if (times.find()) {
      name =
          new IndexName(
              named.substring(0, times.start()),
              // u is a year of the calendar that goes on below 1.
              DateTimeFormatter.ofPattern(times.group(1).replace('y', 'u'), Locale.ROOT)
                  .withZone(ZoneOffset.UTC),
              named.substring(times.end()));
    } else {
      name = new IndexName(named, null, "");
    }
    String example = name.at(Instant.EPOCH);
    if (!FORM.matcher(example).matches()
        || example.matches("\\.{1,2}")
        || example.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      throw new InvalidSinkException(
          "index",
          "must be the name of an index: small letters, digits, '.', '_', '-' and '~', at most 255, with {stream} and one of {yyyy}, {yyyy.MM} and {yyyy.MM.dd} in it if you like");
    }
    return name;
  }

  boolean hasTime() {
    return time != null;
  }

  String at(Instant instant) {
    return time == null ? before : before + time.format(instant) + after;
  }

  /** What all its indices match, and as few others as can be. */
  String wildcard() {
    return time == null ? before : before + "*" + after;
  }
}
