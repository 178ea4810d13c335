package penstock.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Makes one buffer of a small answer, of which the encoder makes two: to copy the body costs less
 * than a gathering write and a promise for each. Of a chunked one, the first two of several. Stands
 * between the encoder and the socket; belongs to the connection's event loop. It keeps nothing back
 * of an answer that was written.
 */
public final class AnswerJoiner extends ChannelOutboundHandlerAdapter {

  private boolean joining;
  private @Nullable Held held;

  /**
   * Writes an answer that is whole.
   *
   * @param context from where it goes to the encoder
   */
  void join(ChannelHandlerContext context, Object answer, ChannelPromise promise) {
    joining = true;
    context.write(answer, promise);
    joining = false;
    Held alone = held;
    held = null;
    if (alone != null) {
      // the encoder had room for all of it
      alone.context.write(alone.head, alone.promise);
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (!joining || !(message instanceof ByteBuf bytes)) {
      context.write(message, promise);
    } else if (held == null) {
      held = new Held(context, bytes, promise);
    } else {
      ByteBuf whole = held.head.writeBytes(bytes);
      // whoever waits for both learns from the other what became of it
      held.promise.trySuccess();
      held = null;
      // what comes of a chunked answer behind this goes by itself: some of it is the encoder's own
      joining = false;
      bytes.release();
      context.write(whole, promise);
    }
  }

  /** The first buffer of an answer, until the second comes. */
  private record Held(ChannelHandlerContext context, ByteBuf head, ChannelPromise promise) {}
}
