package penstock.redis.embedded;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of a Redis or Valkey server. */
public record ServerVersion(int major, int minor, String text) {

  /** What such a server prints when asked, such as {@code Redis server v=7.0.15 sha=...}. */
  private static final Pattern PRINTED = Pattern.compile("server v=((\\d{1,4})\\.(\\d{1,4})\\S*)");

  static Optional<ServerVersion> printed(String output) {
    Matcher matcher = PRINTED.matcher(output);
    return matcher.find()
        ? Optional.of(
            new ServerVersion(
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)),
                matcher.group(1)))
        : Optional.empty();
  }

  public boolean isAtLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }

  /** Since 7.0 the append-only file is a directory, of which older servers know nothing. */
  boolean readsAppendOnlyDirectory() {
    return isAtLeast(7, 0);
  }

  @Override
  public String toString() {
    return text;
  }
}
