package penstock.event;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** JSON text in UTF-8 that grows at its end. For one thread. */
final class JsonOutput {

  /** Most events fit. */
  private static final int FIRST_CAPACITY = 1024;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int length;

  void raw(byte one) {
    reserve(1);
    bytes[length++] = one;
  }

  void raw(byte[] json) {
    reserve(json.length);
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
  }

  /** Both, unless there is no value. */
  void member(byte[] name, @Nullable String value) {
    if (value != null) {
      raw(name);
      string(value);
    }
  }

  /** The text as a JSON string; escaped is only what must be. */
  void string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    raw((byte) '"');
    int from = 0;
    while (from < utf8.length) {
      int special = JsonScanner.skipOrdinary(utf8, from);
      reserve(special - from);
      System.arraycopy(utf8, from, bytes, length, special - from);
      length += special - from;
      from = special;
      // What stops the scan is written here in any case, so that each round gets on.
      if (from < utf8.length) {
        character(utf8[from++]);
      }
      while (from < utf8.length && !isOrdinary(utf8[from])) {
        character(utf8[from++]);
      }
    }
    raw((byte) '"');
  }

  private static boolean isOrdinary(byte one) {
    return one >= ' ' && one != '"' && one != '\\';
  }

  private void character(byte one) {
    switch (one) {
      case '"', '\\' -> escape(one);
      case '\n' -> escape((byte) 'n');
      case '\r' -> escape((byte) 'r');
      case '\t' -> escape((byte) 't');
      default -> {
        if (one >= 0 && one < ' ') {
          escape((byte) 'u');
          raw((byte) '0');
          raw((byte) '0');
          raw(HEX[one >> 4]);
          raw(HEX[one & 0xF]);
        } else {
          raw(one);
        }
      }
    }
  }

  private void escape(byte kind) {
    raw((byte) '\\');
    raw(kind);
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  void appendTo(Buffer out) {
    out.appendBytes(bytes, 0, length);
  }
}
