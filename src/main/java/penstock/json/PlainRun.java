package penstock.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Runs of printable ASCII characters that stand for themselves in a JSON string: neither a quote
 * nor a backslash. They are most of what strings consist of, so eight bytes are looked at at once.
 */
final class PlainRun {

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private PlainRun() {}

  /** The offset of the first byte from here that does not belong to the run. */
  static int end(byte[] bytes, int from) {
    int i = from;
    while (i + 8 <= bytes.length) {
      long eight = (long) EIGHT.get(bytes, i);
      long quote = eight ^ (ONES * '"');
      long backslash = eight ^ (ONES * '\\');
      long delete = eight ^ (ONES * 0x7F);
      // In each byte the high bit says: it is zero here, or below ' ' there. A borrow can make it
      // wrong only above the first one that is right.
      long special =
          (((quote - ONES) & ~quote)
                  | ((backslash - ONES) & ~backslash)
                  | ((delete - ONES) & ~delete)
                  | ((eight - ONES * ' ') & ~eight)
                  | eight)
              & HIGH_BITS;
      if (special != 0) {
        return i + (Long.numberOfTrailingZeros(special) >>> 3);
      }
      i += 8;
    }
    while (i < bytes.length) {
      byte one = bytes[i];
      if (one == '"' || one == '\\' || one < ' ' || one == 0x7F) {
        return i;
      }
      i++;
    }
    return i;
  }
}
