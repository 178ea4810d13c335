package penstock.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * Sees the targets of an HTTP/2 connection's requests, and how large their headers are, before the
 * framework does.
 */
final class TargetListener extends Http2FrameListenerDecorator {

  private final Http2ConnectionDecoder decoder;
  private final long largest;

  private TargetListener(
      Http2ConnectionDecoder decoder, Http2FrameListener framework, long largest) {
    super(framework);
    this.decoder = decoder;
    this.largest = largest;
  }

  /**
   * From now on a connection's requests are seen here first.
   *
   * @param largest what all headers of a request may be, see {@link HeaderListLimit}
   */
  static void listen(Http2ConnectionDecoder decoder, long largest) {
    Http2FrameListener framework = decoder.frameListener();
    if (!(framework instanceof TargetListener)) {
      decoder.frameListener(new TargetListener(decoder, framework, largest));
    }
  }

  /** The first settings of a client make the framework listen with another one. */
  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
      throws Http2Exception {
    super.onSettingsRead(context, settings);
    listen(decoder, largest);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean end)
      throws Http2Exception {
    scan(headers);
    super.onHeadersRead(context, stream, headers, padding, end);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int stream,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean end)
      throws Http2Exception {
    scan(headers);
    super.onHeadersRead(context, stream, headers, dependency, weight, exclusive, padding, end);
  }

  private void scan(Http2Headers headers) {
    CharSequence path = headers.path();
    if (path == null) {
      return;
    }
    if (HeaderListLimit.size(headers) > largest) {
      refuse(headers, RefusalReason.HEADERS);
      return;
    }
    String target = RequestTarget.read(path.toString());
    if (target == null) {
      refuse(headers, RefusalReason.TARGET);
    } else {
      headers.path(target);
    }
  }

  private static void refuse(Http2Headers headers, RefusalReason reason) {
    headers.path(RefusalReason.PATH);
    headers.set(RefusalReason.HEADER, reason.toString());
  }
}
