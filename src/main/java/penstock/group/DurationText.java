package penstock.group;

import java.time.Duration;

/** Durations as this API's users write them. */
final class DurationText {

  private static final long SECOND = 1_000;

  private DurationText() {}

  /** Whole seconds, such as {@code 30s}, else milliseconds. */
  static String of(Duration duration) {
    long millis = duration.toMillis();
    return millis % SECOND == 0 ? millis / SECOND + "s" : millis + "ms";
  }
}
