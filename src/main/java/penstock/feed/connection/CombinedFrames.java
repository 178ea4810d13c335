package penstock.feed.connection;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import penstock.stream.StartPosition;

/**
 * Makes one feed's frames frames of a connection that it shares with others: their data begins with
 * the feed's name, and their id is the last ids of all feeds. So {@code id: a} and {@code data:
 * {"specversion":...}} become {@code id: 2.a.b} and {@code data:
 * {"stream":"orders","event":{"specversion":...}}}. Belongs to the connection's event loop.
 */
final class CombinedFrames {

  private static final byte[] ID = ascii("id: ");
  private static final byte[] DATA = ascii("data: ");
  private static final byte[] EVENT = ascii(",\"event\":");

  /** The beginning of the data of all its frames. */
  private final byte[] opening;

  /** The feed's last id, of this connection or the one before; nothing before the first. */
  private byte[] cursor = {};

  /** The frame that is being written has a name: it is no event of the stream. */
  private boolean named;

  /**
   * @param kind the member of the data that has the name
   * @param begins where its reader stands: until the feed sends an id, that is what the ids of the
   *     others say of it, or a reader that left before would have lost its place in it
   */
  CombinedFrames(String kind, String name, StartPosition begins) {
    this.opening = ascii("{\"" + kind + "\":\"" + name + "\"");
    if (begins instanceof StartPosition.At resumed) {
      this.cursor = ascii(resumed.cursor().encode());
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Appends frames of this feed, or the first lines of one.
   *
   * @param all the feeds of the connection, with this one, in the order of their ids
   */
  void append(byte[] frames, Buffer connection, List<CombinedFrames> all) {
    int from = 0;
    for (int at = 0; at < frames.length; at++) {
      if (frames[at] == '\n') {
        appendLine(frames, from, at, connection, all);
        connection.appendByte((byte) '\n');
        from = at + 1;
      }
    }
  }

  private void appendLine(
      byte[] frames, int from, int to, Buffer connection, List<CombinedFrames> all) {
    switch (from == to ? '\n' : frames[from]) {
      case '\n' -> named = false;
      case 'i' -> {
        cursor = Arrays.copyOfRange(frames, from + ID.length, to);
        appendId(connection, all);
      }
      case 'd' -> appendData(frames, from + DATA.length, to, connection);
      default -> {
        named |= frames[from] == 'e';
        connection.appendBytes(frames, from, to - from);
      }
    }
  }

  private static void appendId(Buffer connection, List<CombinedFrames> all) {
    connection.appendBytes(ID).appendString(CombinedCursor.VERSION);
    for (CombinedFrames feed : all) {
      if (feed.cursor.length > 0) {
        connection.appendByte((byte) CombinedCursor.SEPARATOR).appendBytes(feed.cursor);
      }
    }
  }

  /** Data is a JSON object on one line. */
  private void appendData(byte[] frames, int from, int to, Buffer connection) {
    connection.appendBytes(DATA).appendBytes(opening);
    if (!named) {
      connection.appendBytes(EVENT).appendBytes(frames, from, to - from).appendByte((byte) '}');
    } else if (frames[from + 1] == '}') {
      connection.appendByte((byte) '}');
    } else {
      connection.appendByte((byte) ',').appendBytes(frames, from + 1, to - from - 1);
    }
  }
}
