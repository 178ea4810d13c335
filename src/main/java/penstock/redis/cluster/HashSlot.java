package penstock.redis.cluster;

/**
 * Which of the slots of a cluster a key is in: CRC16 (XMODEM) of its hash tag, or of all of it if
 * it has none; see the Redis Cluster specification.
 */
public final class HashSlot {

  /** Slots of a cluster. */
  public static final int COUNT = 16_384;

  private static final int POLYNOMIAL = 0x1021;
  private static final char[] TABLE = table();

  private HashSlot() {}

  /** From 0 to {@link #COUNT}, exclusive. */
  public static int of(byte[] key) {
    int from = 0;
    int to = key.length;
    int open = indexOf(key, '{', 0);
    if (open >= 0) {
      int close = indexOf(key, '}', open + 1);
      if (close > open + 1) {
        from = open + 1;
        to = close;
      }
    }
    int crc = 0;
    for (int i = from; i < to; i++) {
      crc = (crc << Byte.SIZE ^ TABLE[(crc >>> Byte.SIZE ^ key[i]) & 0xFF]) & 0xFFFF;
    }
    return crc & COUNT - 1;
  }

  private static int indexOf(byte[] key, char wanted, int from) {
    for (int i = from; i < key.length; i++) {
      if (key[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static char[] table() {
    char[] table = new char[1 << Byte.SIZE];
    for (int i = 0; i < table.length; i++) {
      int crc = i << Byte.SIZE;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
      }
      table[i] = (char) crc;
    }
    return table;
  }
}
