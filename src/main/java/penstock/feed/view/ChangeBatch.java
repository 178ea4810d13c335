package penstock.feed.view;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.feed.frame.FrameBatch;
import penstock.stream.Cursor;

/**
 * Keys that changed, with what they are now, as readers get them. Only the last frame has the id:
 * who leaves before it gets all again.
 */
final class ChangeBatch {

  /** Room for the frame of a small value. */
  private static final int TYPICAL_FRAME = 512;

  private final Cursor at;
  private final String id;
  private final Map<String, Buffer> values;

  /** All frames, joined for the first who wants all. */
  private volatile @Nullable Buffer all;

  /**
   * @param at behind all of them
   * @param values by key, the JSON of a change
   */
  ChangeBatch(Cursor at, Map<String, Buffer> values) {
    this(at, at.encode(), values);
  }

  private ChangeBatch(Cursor at, String id, Map<String, Buffer> values) {
    this.at = at;
    this.id = id;
    this.values = values;
  }

  /** What the JSON of some keys takes. */
  static long bytes(Map<String, Buffer> values) {
    return values.values().stream().mapToLong(Buffer::length).sum();
  }

  /** As bytes. */
  byte[] pack() {
    List<byte[]> parts = new ArrayList<>(1 + 2 * values.size());
    parts.add(id.getBytes(StandardCharsets.US_ASCII));
    values.forEach(
        (key, json) -> {
          parts.add(key.getBytes(StandardCharsets.UTF_8));
          parts.add(json.getBytes());
        });
    int length = 0;
    for (byte[] part : parts) {
      length += Integer.BYTES + part.length;
    }
    ByteBuffer packed = ByteBuffer.allocate(Integer.BYTES + length).putInt(values.size());
    parts.forEach(part -> packed.putInt(part.length).put(part));
    return packed.array();
  }

  /** The one that was {@link #pack packed}, at its cursor. */
  static ChangeBatch unpack(byte[] packed, Cursor at) {
    ByteBuffer in = behindSize(packed);
    String id = text(in);
    var values = new LinkedHashMap<String, Buffer>();
    while (in.hasRemaining()) {
      values.put(new String(next(in), StandardCharsets.UTF_8), Buffer.buffer(next(in)));
    }
    return new ChangeBatch(at, id, values);
  }

  /** The cursor of a packed one, encoded. */
  static String packedAt(byte[] packed) {
    return text(behindSize(packed));
  }

  private static ByteBuffer behindSize(byte[] packed) {
    return ByteBuffer.wrap(packed, Integer.BYTES, packed.length - Integer.BYTES);
  }

  private static String text(ByteBuffer in) {
    return new String(next(in), StandardCharsets.US_ASCII);
  }

  private static byte[] next(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return bytes;
  }

  /** How many keys a packed one has. */
  static int packedSize(byte[] packed) {
    return ByteBuffer.wrap(packed).getInt();
  }

  private Buffer join(Collection<Buffer> wanted) {
    Buffer frames = Buffer.buffer(wanted.isEmpty() ? 0 : TYPICAL_FRAME);
    int left = wanted.size();
    for (Buffer json : wanted) {
      if (--left == 0) {
        frames.appendString("id: ").appendString(id).appendString("\n");
      }
      frames.appendString("event: change\ndata: ").appendBuffer(json).appendString("\n\n");
    }
    return frames;
  }

  Cursor at() {
    return at;
  }

  Set<String> keys() {
    return values.keySet();
  }

  int size() {
    return values.size();
  }

  /**
   * The frames of the wanted keys; empty if there is none of them.
   *
   * @param wanted null for all
   * @param next the number of the batch behind it
   */
  FrameBatch frames(@Nullable Set<String> wanted, long next) {
    if (wanted == null) {
      return FrameBatch.of(all(), values.size(), next, at);
    }
    List<Buffer> found = new ArrayList<>(1);
    for (String key : wanted) {
      Buffer json = values.get(key);
      if (json != null) {
        found.add(json);
      }
    }
    return FrameBatch.of(join(found), found.size(), next, at);
  }

  private Buffer all() {
    Buffer present = all;
    if (present == null) {
      present = join(values.values());
      all = present;
    }
    return present;
  }
}
