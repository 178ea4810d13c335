package penstock.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Any text is a duration, or refused with the rule; its own form is read as the same one. */
public final class DurationParameterFuzz {

  private DurationParameterFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    Duration duration;
    try {
      duration = DurationParameter.parse(new String(input, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException refused) {
      return;
    }
    if (!DurationParameter.parse(duration.toString()).equals(duration)) {
      throw new AssertionError(duration + " is another one, read again");
    }
  }
}
