package penstock.feed.connection;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import penstock.stream.StartPosition;

/**
 * Makes one feed's frames frames of a connection that it shares with others: their data begins with
 * the feed's name, and their id is that of all feeds. So {@code id: a} and {@code data:
 * {"specversion":...}} become {@code id: 2.a.b} and {@code data:
 * {"stream":"orders","event":{"specversion":...}}}. Belongs to the connection's event loop.
 */
final class CombinedFrames {

  private static final byte[] ID = ascii("id: ");
  private static final byte[] DATA = ascii("data: ");
  private static final byte[] CAUGHT_UP = ascii("event: caught-up");
  private static final byte[] EVENT = ascii(",\"event\":");

  /** The beginning of the data of all its frames. */
  private final byte[] opening;

  private final CombinedBuffer connection;

  /** The feed's last id, of this connection or the one before; nothing before the first. */
  private byte[] cursor = {};

  /** The id of the frame that is being written, until it is known what that delivers. */
  private byte @Nullable [] given;

  /** Where the frame that is being written goes; null before that is known. */
  private @Nullable Buffer target;

  /** The frame that is being written has a name: it is no event of the stream. */
  private boolean named;

  /**
   * @param kind the member of the data that has the name
   * @param begins where its reader stands: until the feed sends an id, that is what the ids of the
   *     others say of it, or a reader that left before would have lost its place in it
   */
  CombinedFrames(String kind, String name, StartPosition begins, CombinedBuffer connection) {
    this.opening = ascii("{\"" + kind + "\":\"" + name + "\"");
    this.connection = connection;
    if (begins instanceof StartPosition.At resumed) {
      this.cursor = ascii(resumed.cursor().encode());
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Appends frames of this feed, or the first lines of one. */
  void append(byte[] frames) {
    int from = 0;
    for (int at = 0; at < frames.length; at++) {
      if (frames[at] == '\n') {
        appendLine(frames, from, at);
        from = at + 1;
      }
    }
  }

  private void appendLine(byte[] frames, int from, int to) {
    switch (from == to ? '\n' : frames[from]) {
      case '\n' -> endFrame();
      case 'i' -> given = Arrays.copyOfRange(frames, from + ID.length, to);
      case ':' -> connection.heartbeat();
      case 'd' -> appendData(frames, from + DATA.length, to, target(false));
      default -> {
        named |= frames[from] == 'e';
        boolean quiet = Arrays.equals(frames, from, to, CAUGHT_UP, 0, CAUGHT_UP.length);
        target(quiet).appendBytes(frames, from, to - from).appendByte((byte) '\n');
      }
    }
  }

  /**
   * The cursor moves on only when all is behind the frame that was written before it: an id must
   * not say of a feed that something was sent which is not.
   *
   * @param quiet whether the frame delivers nothing
   */
  private Buffer target(boolean quiet) {
    Buffer present = target;
    if (present == null) {
      present = quiet ? connection.forQuiet() : connection.forDelivery();
      target = present;
      if (given != null) {
        moveTo(given);
        if (!quiet) {
          connection.appendId();
        }
      }
    }
    return present;
  }

  private void moveTo(byte[] next) {
    connection.idGiven(!Arrays.equals(cursor, next));
    cursor = next;
  }

  private void endFrame() {
    if (target != null) {
      target.appendByte((byte) '\n');
    } else {
      if (given != null) {
        moveTo(given);
      }
      connection.heartbeat();
    }
    target = null;
    given = null;
    named = false;
  }

  /** Its part of an id; nothing if it has not given any. */
  void appendCursor(Buffer id) {
    if (cursor.length > 0) {
      id.appendByte((byte) CombinedCursor.SEPARATOR).appendBytes(cursor);
    }
  }

  /** Data is a JSON object on one line. */
  private void appendData(byte[] frames, int from, int to, Buffer frame) {
    frame.appendBytes(DATA).appendBytes(opening);
    if (!named) {
      frame.appendBytes(EVENT).appendBytes(frames, from, to - from).appendByte((byte) '}');
    } else if (frames[from + 1] == '}') {
      frame.appendByte((byte) '}');
    } else {
      frame.appendByte((byte) ',').appendBytes(frames, from + 1, to - from - 1);
    }
    frame.appendByte((byte) '\n');
  }
}
