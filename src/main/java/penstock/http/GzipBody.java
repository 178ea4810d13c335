package penstock.http;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;

/**
 * A body that came compressed by gzip (RFC 1952): one member or several behind each other, whole,
 * with nothing behind. {@link java.util.zip.GZIPInputStream} takes for good what is not: it passes
 * over whatever stands behind a member.
 */
public final class GzipBody {

  /** What a refusal says in {@code Accept-Encoding}. */
  public static final String TAKEN = "gzip";

  private static final String IDENTITY = "identity";

  /** Another name for it (RFC 9110, 8.4.1.3). */
  private static final String OLD_NAME = "x-gzip";

  private static final int HEADER = 10;
  private static final int TRAILER = 8;
  private static final short MAGIC = (short) 0x8b1f;
  private static final int DEFLATE = 8;
  private static final int HEADER_CHECK = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;
  private static final int FLAGS_AT = 3;

  /** How much is inflated before it is looked whether it is too much. */
  private static final int STEP = 16 * 1024;

  private final ByteBuffer in;
  private final Buffer out = Buffer.buffer();
  private final IntConsumer held;

  private GzipBody(byte[] compressed, IntConsumer held) {
    this.in = ByteBuffer.wrap(compressed).order(ByteOrder.LITTLE_ENDIAN);
    this.held = held;
  }

  /**
   * Whether a request says that its body is one; a problem if it says that it is something else.
   */
  public static boolean isMeant(MultiMap headers) {
    List<String> codings = headers.getAll(HttpHeaders.CONTENT_ENCODING);
    if (codings.isEmpty()) {
      return false;
    }
    String coding = String.join(",", codings).strip();
    if (coding.equalsIgnoreCase(TAKEN) || coding.equalsIgnoreCase(OLD_NAME)) {
      return true;
    }
    if (coding.equalsIgnoreCase(IDENTITY)) {
      return false;
    }
    throw ProblemException.of(
        ProblemType.UNSUPPORTED_MEDIA_TYPE,
        "Nothing was written: of content codings gzip is taken. Send the body so, or without Content-Encoding.");
  }

  /**
   * Inflates a body. Takes milliseconds for a large one, so not on an event loop.
   *
   * @param held is told of bytes before they are kept, and throws if they are too many
   * @throws ProblemException of type MALFORMED_REQUEST
   */
  static Buffer inflate(byte[] compressed, IntConsumer held) {
    var body = new GzipBody(compressed, held);
    do {
      body.header();
      body.member();
    } while (body.in.hasRemaining());
    return body.out;
  }

  private void header() {
    need(HEADER);
    int from = in.position();
    int flags = in.get(from + FLAGS_AT);
    if (in.getShort() != MAGIC || in.get() != DEFLATE || (flags & RESERVED) != 0) {
      throw broken("it is not in that format");
    }
    in.position(from + HEADER);
    if ((flags & EXTRA) != 0) {
      need(Short.BYTES);
      int length = Short.toUnsignedInt(in.getShort());
      need(length);
      in.position(in.position() + length);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CHECK) != 0) {
      need(Short.BYTES);
      var check = new CRC32();
      check.update(in.array(), from, in.position() - from);
      if (in.getShort() != (short) check.getValue()) {
        throw broken("its header is not what its checksum says");
      }
    }
  }

  private void skipText() {
    do {
      need(1);
    } while (in.get() != 0);
  }

  private void member() {
    var inflater = new Inflater(true);
    var check = new CRC32();
    byte[] step = new byte[STEP];
    long length = 0;
    try {
      inflater.setInput(in);
      while (!inflater.finished()) {
        int count = inflater.inflate(step);
        if (count == 0 && !inflater.finished()) {
          throw broken("it ends too early");
        }
        held.accept(count);
        out.appendBytes(step, 0, count);
        check.update(step, 0, count);
        length += count;
      }
    } catch (DataFormatException wrong) {
      throw broken("its data is damaged");
    } finally {
      inflater.end();
    }
    need(TRAILER);
    if (in.getInt() != (int) check.getValue() || in.getInt() != (int) length) {
      throw broken("its data is not what its checksum says");
    }
  }

  private void need(int bytes) {
    if (in.remaining() < bytes) {
      throw broken("it ends too early");
    }
  }

  private static ProblemException broken(String how) {
    return ProblemException.of(
        ProblemType.MALFORMED_REQUEST,
        "Nothing was written: the body cannot be read as gzip: " + how + ".");
  }
}
