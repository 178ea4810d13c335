package penstock.group;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.HexFormat;
import penstock.stream.Position;

/**
 * Names one delivery of an event. Opaque to clients.
 *
 * <p>Encoded as base64url without padding of: a version byte; eight random bytes, the id of the
 * group's existence on the partition; then as varints the partition, whether it is a dead letter
 * that is delivered again, the two numbers of the position, and the number of the delivery. About
 * 30 characters. Who has been delivered nothing cannot make one up.
 *
 * @param group the group's id, as hex digits
 * @param event as the scripts have it: a position, or that of a dead letter behind an exclamation
 *     mark
 * @param number which delivery of the event it is, from 1
 */
record AckId(String group, int partition, String event, long number) {

  private static final int VERSION = 1;
  private static final int ID_BYTES = 8;
  private static final int MAX_LENGTH = 64;
  private static final String LETTER = "!";

  /** Where the tenth byte of a varint has the last of its 64 bits. */
  private static final int LAST_SHIFT = 63;

  /** The delivery as the scripts name it. */
  String delivery() {
    return event + ":" + number;
  }

  String encode() {
    boolean letter = event.startsWith(LETTER);
    int from = letter ? 1 : 0;
    var out = new ByteArrayOutputStream(ID_BYTES + 16);
    out.write(VERSION);
    out.writeBytes(HexFormat.of().parseHex(group));
    writeVarint(out, partition);
    out.write(from);
    Position position = Position.parse(event.substring(from));
    writeVarint(out, position.millis());
    writeVarint(out, position.sequence());
    writeVarint(out, number);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
  }

  /**
   * Reads {@link #encode}'s form.
   *
   * @throws IllegalArgumentException if it is another
   */
  static AckId parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("too long");
    }
    byte[] bytes = Base64.getUrlDecoder().decode(text);
    try {
      if (bytes[0] != VERSION) {
        throw new IllegalArgumentException("unknown version");
      }
      int[] at = {1 + ID_BYTES};
      String group = HexFormat.of().formatHex(bytes, 1, 1 + ID_BYTES);
      int partition = Math.toIntExact(readCount(bytes, at));
      String mark = bytes[at[0]++] == 1 ? LETTER : "";
      String event = mark + new Position(readVarint(bytes, at), readVarint(bytes, at));
      long number = readCount(bytes, at);
      if (at[0] != bytes.length) {
        throw new IllegalArgumentException("too long");
      }
      return new AckId(group, partition, event, number);
    } catch (IndexOutOfBoundsException | ArithmeticException broken) {
      throw new IllegalArgumentException("cut off", broken);
    }
  }

  private static void writeVarint(ByteArrayOutputStream out, long value) {
    while ((value & ~0x7fL) != 0) {
      out.write((int) (value & 0x7f | 0x80));
      value >>>= 7;
    }
    out.write((int) value);
  }

  /** Unsigned 64 bits, as a position's numbers have them. */
  private static long readVarint(byte[] bytes, int[] at) {
    long value = 0;
    for (int shift = 0; shift < LAST_SHIFT; shift += 7) {
      byte read = bytes[at[0]++];
      value |= (long) (read & 0x7f) << shift;
      if (read >= 0) {
        return value;
      }
    }
    byte last = bytes[at[0]++];
    if (last < 0 || last > 1) {
      throw new IllegalArgumentException("varint too long");
    }
    return value | (long) last << LAST_SHIFT;
  }

  private static long readCount(byte[] bytes, int[] at) {
    long count = readVarint(bytes, at);
    if (count < 0) {
      throw new IllegalArgumentException("no count");
    }
    return count;
  }
}
