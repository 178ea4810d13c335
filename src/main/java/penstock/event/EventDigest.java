package penstock.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * What a repeated event is recognised by: 16 bytes that stand for its source and id. The first half
 * of the SHA-256 of source and id in UTF-8, each after its length as four bytes, so that no two
 * pairs read alike.
 *
 * <p>A hash that is easier to make, such as murmur3, takes a third of the time (50 ns against 236),
 * but lets a sender find an event that is taken for a repetition of another one's.
 */
public final class EventDigest {

  /** Bytes of a digest. */
  public static final int LENGTH = 16;

  private EventDigest() {}

  public static byte[] of(Event event) {
    return of(event.source(), event.id());
  }

  /** Any thread. */
  public static byte[] of(String source, String id) {
    byte[] sourceBytes = source.getBytes(StandardCharsets.UTF_8);
    byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
    byte[] parts =
        ByteBuffer.allocate(2 * Integer.BYTES + sourceBytes.length + idBytes.length)
            .putInt(sourceBytes.length)
            .put(sourceBytes)
            .putInt(idBytes.length)
            .put(idBytes)
            .array();
    return Arrays.copyOf(sha256().digest(parts), LENGTH);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
