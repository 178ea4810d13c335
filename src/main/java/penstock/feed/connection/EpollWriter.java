package penstock.feed.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.http.AnswerJoiner;

/**
 * Sends to a connection's socket what the pipeline would only hand on, while nothing waits there to
 * be sent before. What passes through the channel's queue changes objects of the channel, each of
 * which a collection then has to look at. Belongs to the connection's event loop, which alone
 * closes the socket.
 */
final class EpollWriter {

  /**
   * The channel's, as long as the socket is open. Every object on the way to it would be one more
   * that the processor has to fetch for each reader: the kernel's own work between two has taken
   * its cache.
   */
  private final ChannelOutboundBuffer queue;

  private final Socket socket;

  private EpollWriter(ChannelOutboundBuffer queue, Socket socket) {
    this.queue = queue;
    this.socket = socket;
  }

  /**
   * Null if it is no socket of Linux' own, or closed, or something stands in the way to it that may
   * do more with what is written.
   *
   * @param from where the pipeline would be written to
   */
  static @Nullable EpollWriter of(ChannelHandlerContext from) {
    Channel channel = from.channel();
    if (!(channel instanceof EpollSocketChannel epoll)
        || !(epoll.fd() instanceof Socket socket)
        || !(channel.unsafe().outboundBuffer() instanceof ChannelOutboundBuffer queue)) {
      return null;
    }
    for (Map.Entry<String, ChannelHandler> each : channel.pipeline()) {
      ChannelHandler handler = each.getValue();
      if (handler == from.handler()) {
        return new EpollWriter(queue, socket);
      }
      if (handler instanceof ChannelOutboundHandler && !(handler instanceof AnswerJoiner)) {
        return null;
      }
    }
    return null;
  }

  /** Reads what {@link #send} will need; returns something of it. */
  long touch() {
    return socket.intValue() + queue.totalPendingWriteBytes();
  }

  /** Nothing more should be written now. */
  boolean isFull() {
    return !socket.isOpen() || !queue.isWritable();
  }

  /**
   * Sends what the socket takes at once.
   *
   * @param bytes in direct memory; left as they are
   * @return how many it took. What it did not take is the pipeline's to write: that knows how to
   *     wait, and how to end what is broken.
   */
  int send(ByteBuf bytes) {
    if (!socket.isOpen() || queue.totalPendingWriteBytes() != 0 || !bytes.hasMemoryAddress()) {
      return 0;
    }
    try {
      return socket.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex());
    } catch (IOException broken) {
      return 0;
    }
  }
}
