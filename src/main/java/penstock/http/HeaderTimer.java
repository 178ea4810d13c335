package penstock.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections whose clients take too long over the headers of a request: of one that is new
 * from its beginning, else from the first byte behind an answer. It is first in a connection's
 * pipeline, so that it sees bytes whatever becomes of them. Belongs to the connection's event loop.
 */
final class HeaderTimer extends ChannelInboundHandlerAdapter {

  /** Told to the {@link RequestScanner}, if it is there yet. */
  enum Event {
    TOO_SLOW
  }

  private final Duration limit;
  private final SilentConnections silent;
  private final int mostSilent;
  private @Nullable ChannelHandlerContext connection;
  private @Nullable Future<?> running;
  private boolean pausing;
  private int pauses;

  /**
   * @param silent where this connection is until its first request is there
   * @param mostSilent how many there may be
   */
  HeaderTimer(Duration limit, SilentConnections silent, int mostSilent) {
    this.limit = limit;
    this.silent = silent;
    this.mostSilent = mostSilent;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    connection = context;
    begin(context);
    silent.add(this, mostSilent);
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    int before = pauses;
    context.fireChannelRead(message);
    // Most requests come in one piece, and need no timer.
    if (pauses == before && !pausing && running == null) {
      begin(context);
    }
  }

  /** The last request has been read, perhaps just now, or the connection has ended. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    pause();
  }

  private void begin(ChannelHandlerContext context) {
    running =
        context.executor().schedule(() -> end(context), limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void end(ChannelHandlerContext context) {
    ChannelPipeline pipeline = context.pipeline();
    if (pipeline.get(RequestScanner.class) == null) {
      context.close();
    } else {
      pipeline.fireUserEventTriggered(Event.TOO_SLOW);
    }
  }

  /** Ends a connection that has no request yet; called by any thread. */
  void giveUp() {
    ChannelHandlerContext context = Objects.requireNonNull(connection);
    context
        .executor()
        .execute(
            () -> {
              if (pauses == 0) {
                context.close();
              }
            });
  }

  /** The headers of a request are there, and no more are waited for until it is answered. */
  void pause() {
    pausing = true;
    if (pauses++ == 0) {
      silent.remove(this);
    }
    if (running != null) {
      running.cancel(false);
      running = null;
    }
  }

  /** All requests are answered: the next byte begins another. */
  void resume() {
    pausing = false;
  }
}
