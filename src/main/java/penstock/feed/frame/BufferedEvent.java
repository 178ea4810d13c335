package penstock.feed.frame;

import io.vertx.core.buffer.Buffer;
import penstock.event.Event;
import penstock.stream.Cursor;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;

/**
 * An event as readers get it, and what their filters ask of it.
 *
 * @param attributes the event without its data
 * @param frame shared by readers; not to be modified
 * @param idLength how much of the frame's beginning is its id; 0 if it has none
 */
public record BufferedEvent(
    int partition, PartitionPosition place, Event attributes, Buffer frame, int idLength) {

  /** What an event costs beside its frame. */
  private static final int OVERHEAD = 500;

  /** One that every reader can be sent as it is who stands, behind it, at the cursor. */
  public static BufferedEvent at(Cursor cursor, int partition, Event event) {
    Buffer id = Frames.id(cursor);
    int length = id.length();
    Buffer frame = Frames.appendEvent(id, event);
    return new BufferedEvent(
        partition, cursor.places().get(partition), event.attributes(), frame, length);
  }

  /** One of which only the place in its own partition is known. */
  public static BufferedEvent withoutId(int partition, PartitionPosition place, Event event) {
    Buffer frame = Frames.appendEvent(Buffer.buffer(), event);
    return new BufferedEvent(partition, place, event.attributes(), frame, 0);
  }

  public boolean hasId() {
    return idLength > 0;
  }

  /** The frame for a reader who stands elsewhere behind it. */
  Buffer frame(Cursor at) {
    return Frames.id(at).appendBuffer(frame, idLength, frame.length() - idLength);
  }

  public Position position() {
    return place.position();
  }

  public int bytes() {
    return frame.length() + OVERHEAD;
  }
}
