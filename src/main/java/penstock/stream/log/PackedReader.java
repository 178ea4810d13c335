package penstock.stream.log;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what scripts pack with {@code cmsgpack}: strings, and arrays of strings, one behind the
 * other.
 *
 * @see <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">MessagePack</a>
 */
public final class PackedReader {

  private final Buffer packed;
  private int at;

  public PackedReader(Buffer packed) {
    this.packed = packed;
  }

  public boolean hasMore() {
    return at < packed.length();
  }

  /**
   * @throws RuntimeException if it is no string that comes next
   */
  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /**
   * @throws RuntimeException if it is no array of strings that comes next
   */
  public List<byte[]> array() {
    int kind = packed.getUnsignedByte(at++);
    int size;
    if ((kind & 0xf0) == 0x90) {
      size = kind & 0x0f;
    } else if (kind == 0xdc) {
      size = next16();
    } else {
      throw unknown(kind);
    }
    var strings = new ArrayList<byte[]>(size);
    for (int i = 0; i < size; i++) {
      strings.add(bytes());
    }
    return strings;
  }

  private byte[] bytes() {
    int kind = packed.getUnsignedByte(at++);
    int length;
    if ((kind & 0xe0) == 0xa0) {
      length = kind & 0x1f;
    } else if (kind == 0xd9) {
      length = packed.getUnsignedByte(at++);
    } else if (kind == 0xda) {
      length = next16();
    } else {
      throw unknown(kind);
    }
    byte[] string = packed.getBytes(at, at + length);
    at += length;
    return string;
  }

  private int next16() {
    int number = packed.getUnsignedShort(at);
    at += 2;
    return number;
  }

  private static IllegalArgumentException unknown(int kind) {
    return new IllegalArgumentException("neither a string nor an array: " + kind);
  }
}
