package penstock.feed;

import java.util.Locale;

/** What shows a reader to whom nothing else is sent that its connection lives. */
public enum HeartbeatType {
  /** A block of nothing but an id, which moves the last event id of a browser on. */
  ID,
  /**
   * A comment, for clients that take every block for an event and fail on one without data. Their
   * last id is that of the last event that they were sent.
   */
  COMMENT;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
