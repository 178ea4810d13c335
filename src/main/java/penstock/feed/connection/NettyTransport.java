package penstock.feed.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpContentEncoder;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import penstock.feed.HeartbeatType;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.HttpChunk;
import penstock.security.identity.Caller;

/**
 * Writes past the response of plain HTTP/1.1 to its connection: frames that were put into an HTTP
 * chunk once, for all readers, so that what is left to do for each is a system call. The response
 * has begun before, and ends as ever; afterwards the connection is closed, since it is not watched
 * for idleness any more: heartbeats find out whether it lives.
 */
final class NettyTransport extends ResponseTransport {

  private static final String ENCODER = "httpEncoder";
  private static final String IDLE = "idle";

  private final ConnectionBase connection;

  /** Where the response's encoder stands: what is written here goes to the socket as it is. */
  private final ChannelHandlerContext behindEncoder;

  /** Null where only the pipeline knows how to write to the socket. */
  private final @Nullable EpollWriter socket;

  private NettyTransport(
      HttpServerResponse response,
      ClientAddress client,
      Caller caller,
      HeartbeatType heartbeat,
      ConnectionBase connection,
      ChannelHandlerContext behindEncoder) {
    super(response, client, caller, heartbeat);
    this.connection = connection;
    this.behindEncoder = behindEncoder;
    this.socket = EpollWriter.of(behindEncoder);
  }

  /** Null if the way to the socket does more to the bytes than chunks. */
  static @Nullable NettyTransport of(
      HttpServerRequest request,
      ClientAddress client,
      Caller caller,
      HeartbeatType heartbeat,
      Duration unacknowledged) {
    if (request.version() != HttpVersion.HTTP_1_1
        || !(request.connection() instanceof ConnectionBase connection)) {
      return null;
    }
    ChannelPipeline pipeline = connection.channel().pipeline();
    ChannelHandlerContext encoder = pipeline.context(ENCODER);
    if (encoder == null
        || pipeline.get(SslHandler.class) != null
        || pipeline.get(HttpContentEncoder.class) != null) {
      return null;
    }
    noticeLoss(connection.channel(), unacknowledged);
    if (pipeline.get(IDLE) != null) {
      pipeline.remove(IDLE);
    }
    return new NettyTransport(request.response(), client, caller, heartbeat, connection, encoder);
  }

  /**
   * A client that went without a word acknowledges nothing. TCP by itself would try for a quarter
   * of an hour to send it what is written, and heartbeats do not fill the socket.
   */
  private static void noticeLoss(Channel channel, Duration unacknowledged) {
    if (channel instanceof EpollSocketChannel socket && socket.isOpen()) {
      socket.config().setTcpUserTimeout((int) unacknowledged.toMillis());
    }
  }

  @Override
  public boolean isFull() {
    return !behindEncoder.channel().isWritable();
  }

  @Override
  public void write(Buffer frames) {
    write(HttpChunk.of(frames));
  }

  @Override
  public void write(FrameBatch batch) {
    ByteBuf wire = batch.wire();
    int sent = socket == null ? 0 : socket.send(wire);
    if (sent < wire.readableBytes()) {
      write(wire.retainedDuplicate().skipBytes(sent));
    }
  }

  private void write(ByteBuf wire) {
    // The connection's promise passes no failure on; the channel is closed then, and the
    // listener is called later, not in the middle of a write.
    behindEncoder.writeAndFlush(wire, connection.voidPromise);
  }

  @Override
  public void end(Buffer frames) {
    super.end(frames);
    connection.close();
  }
}
