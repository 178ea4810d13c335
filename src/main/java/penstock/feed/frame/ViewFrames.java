package penstock.feed.frame;

import io.vertx.core.buffer.Buffer;
import java.util.Collection;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;

/** The frames that only the feed of a view has. */
public final class ViewFrames {

  private ViewFrames() {}

  /** A page of a snapshot, without an id. */
  public static Buffer snapshot(Buffer entries, boolean complete) {
    return Buffer.buffer(entries.length() + 64)
        .appendString("event: snapshot\ndata: {\"entries\":[")
        .appendBuffer(entries)
        .appendString("],\"complete\":" + complete + "}\n\n");
  }

  /** Elements of a JSON array. */
  public static Buffer list(Collection<Buffer> elements) {
    Buffer json = Buffer.buffer();
    for (Buffer element : elements) {
      if (json.length() > 0) {
        json.appendByte((byte) ',');
      }
      json.appendBuffer(element);
    }
    return json;
  }

  /** The line that gives the next frame its id. */
  public static Buffer id(Cursor cursor) {
    return Buffer.buffer("id: " + cursor.encode() + "\n");
  }

  /** Without an id: there is none from which the reader could go on before it has a snapshot. */
  public static Buffer reset(ResetReason reason) {
    return Buffer.buffer("event: reset\ndata: {\"reason\":\"" + reason + "\"}\n\n");
  }
}
