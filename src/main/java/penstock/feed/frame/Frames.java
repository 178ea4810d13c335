package penstock.feed.frame;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import penstock.event.Event;
import penstock.event.EventJson;
import penstock.feed.DisconnectReason;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;

/**
 * The frames of a feed, as the HTML standard's event stream format has them: UTF-8, each ended by a
 * blank line.
 */
public final class Frames {

  private static final int TYPICAL_FRAME = 512;
  private static final String ID = "id: ";

  private Frames() {}

  /**
   * What is sent at once: a comment that makes proxies pass on the headers, and the time to
   * reconnect. It is the beginning of the first block: some clients fail on one without data.
   */
  public static Buffer hello(long retryMillis) {
    return Buffer.buffer(":\nretry: " + retryMillis + "\n");
  }

  /** The line that gives a frame its id, with room for an event. */
  static Buffer id(Cursor cursor) {
    return Buffer.buffer(TYPICAL_FRAME)
        .appendString(ID)
        .appendString(cursor.encode())
        .appendString("\n");
  }

  /**
   * The cursor in such a line, encoded.
   *
   * @param length of the line
   */
  static String cursor(byte[] bytes, int start, int length) {
    int before = ID.length();
    return new String(bytes, start + before, length - before - 1, StandardCharsets.US_ASCII);
  }

  /** Completes a frame, behind its id if it has one. */
  static Buffer appendEvent(Buffer frame, Event event) {
    frame.appendString("data: ");
    EventJson.write(event, frame);
    return frame.appendString("\n\n");
  }

  public static Buffer caughtUp(Cursor cursor) {
    return Buffer.buffer("id: " + cursor.encode() + "\nevent: caught-up\ndata: {}\n\n");
  }

  /**
   * @param cursor where the feed goes on
   */
  public static Buffer reset(Cursor cursor, ResetReason reason) {
    return Buffer.buffer(
        "id: " + cursor.encode() + "\nevent: reset\ndata: {\"reason\":\"" + reason + "\"}\n\n");
  }

  public static Buffer unavailable(DisconnectReason reason, long retryMillis) {
    return Buffer.buffer(
        "retry: "
            + retryMillis
            + "\nevent: unavailable\ndata: {\"reason\":\""
            + reason
            + "\",\"retryAfter\":"
            + Math.max(1, Duration.ofMillis(retryMillis).toSeconds())
            + "}\n\n");
  }

  /** Moves the reader's last event id on, and shows that the connection lives. */
  public static Buffer heartbeat(Cursor cursor) {
    return Buffer.buffer("id: " + cursor.encode() + "\n\n");
  }

  /** Only shows that the connection lives; ends no block, so that it is none. */
  public static Buffer comment() {
    return Buffer.buffer(":\n");
  }
}
