package penstock.view.fold;

import org.jspecify.annotations.Nullable;
import penstock.event.Timestamp;
import penstock.stream.Position;

/** When an event happened, in whole seconds since 1970. */
final class EventTime {

  private EventTime() {}

  /**
   * The event's time, or else when it was appended.
   *
   * @param time as RFC 3339 has it, checked when it was appended; a leap second is the one before
   */
  static long seconds(@Nullable String time, Position position) {
    return time == null ? position.seconds() : Timestamp.seconds(time);
  }
}
