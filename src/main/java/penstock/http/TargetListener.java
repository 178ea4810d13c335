package penstock.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

/** Sees the targets of an HTTP/2 connection's requests before the framework does. */
final class TargetListener extends Http2FrameListenerDecorator {

  private final Http2ConnectionDecoder decoder;

  private TargetListener(Http2ConnectionDecoder decoder, Http2FrameListener framework) {
    super(framework);
    this.decoder = decoder;
  }

  /** From now on a connection's requests are seen here first. */
  static void listen(Http2ConnectionDecoder decoder) {
    Http2FrameListener framework = decoder.frameListener();
    if (!(framework instanceof TargetListener)) {
      decoder.frameListener(new TargetListener(decoder, framework));
    }
  }

  /** The first settings of a client make the framework listen with another one. */
  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
      throws Http2Exception {
    super.onSettingsRead(context, settings);
    listen(decoder);
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

  private static void scan(Http2Headers headers) {
    CharSequence path = headers.path();
    if (path == null) {
      return;
    }
    String target = RequestTarget.read(path.toString());
    if (target == null) {
      headers.path(RefusalReason.PATH);
      headers.set(RefusalReason.HEADER, RefusalReason.TARGET.toString());
    } else {
      headers.path(target);
    }
  }
}
