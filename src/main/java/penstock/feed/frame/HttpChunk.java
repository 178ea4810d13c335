package penstock.feed.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/** Bytes as a chunk of HTTP/1.1's chunked transfer coding (RFC 9112, 7.1). */
public final class HttpChunk {

  private static final byte[] LINE_END = {'\r', '\n'};

  private static final byte[] LAST = {'0', '\r', '\n', '\r', '\n'};

  private HttpChunk() {}

  /** The batch, in memory that a socket is written from without a copy. The caller's to release. */
  public static ByteBuf of(Buffer content) {
    if (content.length() == 0) {
      // A chunk of no bytes would end the response.
      return Unpooled.EMPTY_BUFFER;
    }
    byte[] size = Integer.toHexString(content.length()).getBytes(StandardCharsets.US_ASCII);
    int length = size.length + 2 * LINE_END.length + content.length();
    return PooledByteBufAllocator.DEFAULT
        .directBuffer(length, length)
        .writeBytes(size)
        .writeBytes(LINE_END)
        .writeBytes(content.getBytes())
        .writeBytes(LINE_END);
  }

  /** What ends a body. */
  public static ByteBuf last() {
    return Unpooled.wrappedBuffer(LAST);
  }
}
