package penstock.feed.frame;

import io.vertx.core.buffer.Buffer;
import java.util.Collection;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.stream.Cursor;
import penstock.stream.ResetReason;

/** The frames that only the feed of a view has. */
public final class ViewFrames {

  /** Bytes of a snapshot beside its entries. */
  private static final int OVERHEAD = 64;

  private static final JsonName ENTRIES = JsonName.of("entries");
  private static final JsonName COMPLETE = JsonName.of("complete");

  private ViewFrames() {}

  /** A page of a snapshot, without an id. */
  public static Buffer snapshot(Buffer entries, boolean complete) {
    Buffer frame = Buffer.buffer(entries.length() + OVERHEAD);
    frame.appendString("event: snapshot\ndata: ");
    var json = new JsonWriter(frame);
    json.beginObject().name(ENTRIES).beginArray().value(entries).endArray();
    json.name(COMPLETE).bool(complete).endObject();
    return frame.appendString("\n\n");
  }

  /** Elements of a JSON array. */
  public static Buffer list(Collection<Buffer> elements) {
    Buffer list = Buffer.buffer();
    var json = new JsonWriter(list);
    elements.forEach(element -> json.value(element));
    return list;
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
