package penstock.feed.frame;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import penstock.event.Event;
import penstock.event.EventFields;
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

  /** Of a packed one: partition, and the lengths of id and frame. */
  private static final int HEAD_BYTES = 3 * Integer.BYTES;

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

  /** As bytes, of one that has an id. */
  public byte[] pack() {
    List<byte[]> fields = EventFields.write(attributes);
    int length = HEAD_BYTES + frame.length();
    for (byte[] field : fields) {
      length += Integer.BYTES + field.length;
    }
    ByteBuffer packed = ByteBuffer.allocate(length);
    packed.putInt(partition).putInt(idLength).putInt(frame.length()).put(frame.getBytes());
    for (byte[] field : fields) {
      packed.putInt(field.length).put(field);
    }
    return packed.array();
  }

  /** The one that was {@link #pack packed}, at the cursor that is its id. */
  public static BufferedEvent unpack(byte[] packed, Cursor at) {
    ByteBuffer in = ByteBuffer.wrap(packed);
    int partition = in.getInt();
    int idLength = in.getInt();
    Buffer frame = Buffer.buffer(next(in));
    List<byte[]> fields = new ArrayList<>();
    while (in.hasRemaining()) {
      fields.add(next(in));
    }
    Event attributes = EventFields.read(fields);
    return new BufferedEvent(partition, at.places().get(partition), attributes, frame, idLength);
  }

  /** The cursor that is the id of a packed one, encoded. */
  public static String packedAt(byte[] packed) {
    int idLength = ByteBuffer.wrap(packed).getInt(Integer.BYTES);
    return Frames.cursor(packed, HEAD_BYTES, idLength);
  }

  private static byte[] next(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return bytes;
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
