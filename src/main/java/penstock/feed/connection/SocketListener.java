package penstock.feed.connection;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.impl.ContextInternal;

/**
 * Hears of a connection that is written to past its response: when its socket takes more again, and
 * when it is gone. It stands between the socket and what reads and answers requests, and parts them
 * once the request is over. Belongs to the connection's event loop.
 */
final class SocketListener extends ChannelDuplexHandler {

  /** Of the event loop, not of the request: that would be held for as long as the feed lasts. */
  private final ContextInternal loop;

  private TransportListener listener = TransportListener.NOBODY;
  private boolean over;
  private boolean muted;

  SocketListener(ContextInternal loop) {
    this.loop = loop;
  }

  /** Says whom to tell. */
  void listen(TransportListener listener) {
    this.listener = listener;
  }

  /**
   * The request is over, and no other is read. What is said to its end does not reach the socket:
   * neither that the body is complete, nor, where the client wanted it so, that the connection is.
   */
  void end(Runnable request) {
    over = true;
    muted = true;
    request.run();
    muted = false;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (over) {
      ReferenceCountUtil.release(message);
    } else {
      context.fireChannelRead(message);
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (muted) {
      // nor is it told as written: that is what ends the connection
      ReferenceCountUtil.release(message);
    } else {
      context.write(message, promise);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    context.fireChannelWritabilityChanged();
    if (context.channel().isWritable()) {
      loop.dispatch(listener::drained);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    context.fireChannelInactive();
    loop.dispatch(listener::gone);
  }
}
