package penstock.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The rules of UTF-8 (RFC 3629), without mercy: no overlong form, no surrogate, nothing cut.
 *
 * <p>By hand, since libraries are slower where it matters and cannot all say where the fault is;
 * figures in {@code docs/decisions/012-by-hand-or-by-library.md}.
 */
public final class Utf8 {

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /** The offset of the first byte that does not belong to UTF-8; -1 if there is none. */
  public static int firstBroken(byte[] bytes) {
    int at = 0;
    while (at < bytes.length) {
      while (at + 8 <= bytes.length && ((long) EIGHT.get(bytes, at) & HIGH_BITS) == 0) {
        at += 8;
      }
      while (at < bytes.length && bytes[at] >= 0) {
        at++;
      }
      while (at < bytes.length && bytes[at] < 0) {
        int length = sequence(bytes, at);
        if (length == 0) {
          return at;
        }
        at += length;
      }
    }
    return -1;
  }

  /** The length of the sequence of two to four bytes that begins here; 0 if it is broken. */
  private static int sequence(byte[] bytes, int at) {
    int lead = bytes[at] & 0xFF;
    if (lead < 0xC2 || lead > 0xF4 || !continues(bytes, at + 1)) {
      return 0;
    }
    if (lead < 0xE0) {
      return 2;
    }
    int second = bytes[at + 1] & 0xFF;
    if (!continues(bytes, at + 2)) {
      return 0;
    }
    if (lead < 0xF0) {
      boolean overlong = lead == 0xE0 && second < 0xA0;
      boolean surrogate = lead == 0xED && second >= 0xA0;
      return overlong || surrogate ? 0 : 3;
    }
    boolean overlong = lead == 0xF0 && second < 0x90;
    boolean beyondUnicode = lead == 0xF4 && second >= 0x90;
    return overlong || beyondUnicode || !continues(bytes, at + 3) ? 0 : 4;
  }

  private static boolean continues(byte[] bytes, int at) {
    return at < bytes.length && (bytes[at] & 0xC0) == 0x80;
  }

  /** Whether UTF-8 cannot carry the text. */
  public static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        int character = text.codePointAt(i);
        if (character <= Character.MAX_SURROGATE) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
