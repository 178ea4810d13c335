package penstock.cluster;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Cuts what a Redis client sends into its requests. */
final class RequestFrames {

  private final InputStream in;

  RequestFrames(InputStream in) {
    this.in = in;
  }

  /**
   * One request.
   *
   * @param bytes as they came
   */
  record Frame(byte[] bytes) {

    /** Whether the text is anywhere in it; the client writes commands in lower case. */
    boolean mentions(String text) {
      return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
    }

    boolean isScript() {
      return mentions("\r\nevalsha\r\n");
    }

    /** No other script is given the dead letters. */
    boolean isCommit() {
      return isScript() && mentions(":dead\r\n") && mentions(":changes\r\n");
    }

    /** A commit that fulfils a request to the holder. */
    boolean isFulfilment() {
      return isCommit() && mentions(":requests\r\n");
    }

    /** No other script is given the dedup window but those that take no events. */
    boolean isAppend() {
      return isScript() && mentions(":seen:\r\n") && mentions("specversion");
    }

    boolean isGroupRead() {
      return mentions("\r\nxreadgroup\r\n");
    }
  }

  /** The next request; null at the end. */
  @Nullable Frame next() throws IOException {
    var frame = new ByteArrayOutputStream();
    int words = number('*', frame);
    if (words < 0) {
      return null;
    }
    for (int i = 0; i < words; i++) {
      int length = number('$', frame);
      byte[] word = in.readNBytes(length + 2);
      if (word.length < length + 2) {
        throw new EOFException();
      }
      frame.write(word);
    }
    return new Frame(frame.toByteArray());
  }

  private int number(char kind, ByteArrayOutputStream frame) throws IOException {
    int next = in.read();
    if (next < 0) {
      return -1;
    }
    if (next != kind) {
      throw new IOException("not a request: " + (char) next);
    }
    frame.write(next);
    int value = 0;
    while ((next = in.read()) != '\r') {
      if (next < 0) {
        throw new EOFException();
      }
      value = 10 * value + next - '0';
      frame.write(next);
    }
    frame.write('\r');
    frame.write(in.read());
    return value;
  }
}
