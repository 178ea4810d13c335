package penstock.feed.connection;

import io.vertx.core.buffer.Buffer;
import java.util.List;

/**
 * What several feeds have to write to the connection that they share, with ids in it: the last ids
 * of all feeds, parted by dots. An id is as long as all cursors together, so that it stands only
 * where it tells something new; a client keeps the last one that it was sent.
 *
 * <p>A message that delivers something has an id of its own, or whoever leaves behind it would be
 * sent it again. {@code caught-up} and heartbeats deliver nothing: of those that follow one another
 * the first has the id of all, which says of no feed more than was sent of it. So {@code id: a},
 * {@code event: caught-up} of one feed and {@code id: b}, {@code event: caught-up} of another
 * become {@code id: 2.a.b}, {@code event: caught-up}, {@code event: caught-up}; a heartbeat whose
 * id was told already becomes a comment.
 *
 * <p>Belongs to the connection's event loop.
 */
final class CombinedBuffer {

  private static final String COMMENT = ":\n";

  /** The feeds of the connection, in the order of their cursors in an id. */
  private final List<CombinedFrames> feeds;

  private Buffer frames = Buffer.buffer();

  /** Behind the frames: what delivers nothing, and waits for its id. */
  private Buffer quiet = Buffer.buffer();

  /** Something is to be sent to show that the connection lives. */
  private boolean beats;

  /** There is an id that was not sent. */
  private boolean due;

  /** The client has an id of this connection. */
  private boolean told;

  /**
   * @param feeds may grow
   */
  CombinedBuffer(List<CombinedFrames> feeds) {
    this.feeds = feeds;
  }

  /** A feed has given an id. */
  void idGiven(boolean changed) {
    due |= changed || !told;
  }

  /** Where a message that delivers something goes, or the next of its lines. */
  Buffer forDelivery() {
    endQuiet();
    return frames;
  }

  /** Where a message that delivers nothing goes. */
  Buffer forQuiet() {
    return quiet;
  }

  /** A feed had nothing to send for so long that it says so. */
  void heartbeat() {
    beats = true;
  }

  /** Begins a message with the id, if there is one that was not sent. */
  void appendId() {
    if (!due) {
      return;
    }
    frames.appendString("id: ").appendString(CombinedCursor.VERSION);
    for (CombinedFrames feed : feeds) {
      feed.appendCursor(frames);
    }
    frames.appendByte((byte) '\n');
    due = false;
    told = true;
  }

  private void endQuiet() {
    if (quiet.length() > 0) {
      appendId();
      frames.appendBuffer(quiet);
      quiet = Buffer.buffer();
    } else if (beats && due) {
      appendId();
      frames.appendByte((byte) '\n');
    } else if (beats) {
      frames.appendString(COMMENT);
    }
    beats = false;
  }

  int length() {
    return frames.length() + quiet.length();
  }

  /** All of it, to be written. */
  Buffer take() {
    endQuiet();
    Buffer taken = frames;
    frames = Buffer.buffer();
    return taken;
  }
}
