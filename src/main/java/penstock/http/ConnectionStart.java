package penstock.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.ssl.SslHandler;

/**
 * Waits at the beginning of a connection until it shows which HTTP it speaks, and then sees to it
 * that its requests are scanned. Without TLS the framework finds out by the first bytes, so that
 * these are passed on one by one: a request must not be read before.
 */
final class ConnectionStart extends ChannelInboundHandlerAdapter {

  private static final String ENCODER = "httpEncoder";

  /**
   * Bytes after which it is no connection of HTTP: what begins HTTP/2 is 24 long, and what a proxy
   * may say before at most 536 (its PROXY protocol, version 2, without what is optional).
   */
  private static final int MOST = 560;

  private final HeaderTimer timer;
  private final long largestHeaders;
  private final boolean behindTls;
  private int passed;

  /**
   * @param largestHeaders of a request over HTTP/2
   */
  ConnectionStart(HeaderTimer timer, long largestHeaders) {
    this(timer, largestHeaders, false);
  }

  private ConnectionStart(HeaderTimer timer, long largestHeaders, boolean behindTls) {
    this.timer = timer;
    this.largestHeaders = largestHeaders;
    this.behindTls = behindTls;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ChannelHandlerContext tls = context.pipeline().context(SslHandler.class);
    if (tls != null && !behindTls) {
      // The end of the handshake and the first request may come together: seen behind TLS, these
      // are two.
      context
          .pipeline()
          .addAfter(tls.name(), null, new ConnectionStart(timer, largestHeaders, true));
      context.pipeline().remove(this);
      context.fireChannelRead(message);
      return;
    }
    if (tls == null && message instanceof ByteBuf bytes) {
      while (!isKnown(context.pipeline()) && bytes.readableBytes() > 1 && passed++ < MOST) {
        context.fireChannelRead(bytes.readRetainedSlice(1));
      }
    }
    if (isKnown(context.pipeline())) {
      scan(context.pipeline());
    }
    context.fireChannelRead(message);
  }

  private static boolean isKnown(ChannelPipeline pipeline) {
    return pipeline.get(ENCODER) != null || pipeline.get(Http2ConnectionHandler.class) != null;
  }

  private void scan(ChannelPipeline pipeline) {
    Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
    if (http2 == null) {
      var joiner = new AnswerJoiner();
      pipeline.addBefore(ENCODER, null, joiner);
      pipeline.addAfter(ENCODER, null, new RequestScanner(timer, joiner));
    } else {
      TargetListener.listen(http2.decoder(), largestHeaders);
      // From here on the protocol's own limits hold, and a connection that says nothing is idle.
      timer.pause();
    }
    pipeline.remove(this);
  }
}
