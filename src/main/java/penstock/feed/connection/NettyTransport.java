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
import io.vertx.core.http.impl.Http1xServerConnection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import penstock.feed.HeartbeatType;
import penstock.feed.frame.FrameBatch;
import penstock.feed.frame.HttpChunk;
import penstock.http.RequestsEnd;
import penstock.security.identity.Caller;

/**
 * Writes past the response of plain HTTP/1.1 to its connection: frames that were put into an HTTP
 * chunk once, for all readers, so that what is left to do for each is a system call. The response
 * has begun before. For the framework it ends as soon as the request has been read, so that neither
 * is held for as long as the feed lasts, nor what reads requests: that is more than the rest of a
 * reader. Behind the feed the connection is closed. It is not watched for idleness any more:
 * heartbeats find out whether it lives.
 */
final class NettyTransport extends ClientTransport {

  private static final String ENCODER = "httpEncoder";
  private static final String IDLE = "idle";

  private final Http1xServerConnection connection;
  private final SocketListener listener;

  /** Behind the response's encoder: what is written here goes to the socket as it is. */
  private final ChannelHandlerContext behindEncoder;

  /** Null where only the pipeline knows how to write to the socket. */
  private final @Nullable EpollWriter socket;

  private NettyTransport(
      ClientAddress client,
      Caller caller,
      HeartbeatType heartbeat,
      Http1xServerConnection connection,
      SocketListener listener,
      ChannelHandlerContext behindEncoder) {
    super(client, caller, heartbeat);
    this.connection = connection;
    this.listener = listener;
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
        || !(request.connection() instanceof Http1xServerConnection connection)) {
      return null;
    }
    ChannelPipeline pipeline = connection.channel().pipeline();
    if (pipeline.get(ENCODER) == null
        || pipeline.get(SslHandler.class) != null
        || pipeline.get(HttpContentEncoder.class) != null) {
      return null;
    }
    noticeLoss(connection.channel(), unacknowledged);
    if (pipeline.get(IDLE) != null) {
      pipeline.remove(IDLE);
    }
    var listener = new SocketListener(connection.getContext());
    pipeline.addBefore(ENCODER, null, listener);
    ChannelHandlerContext behindEncoder = pipeline.context(listener);
    HttpServerResponse response = request.response();
    if (request.isEnded()) {
      end(response, connection, listener);
    } else {
      request.endHandler(read -> end(response, connection, listener));
    }
    return new NettyTransport(client, caller, heartbeat, connection, listener, behindEncoder);
  }

  /** Lets go of the request, the response, and what reads requests and answers them. */
  private static void end(
      HttpServerResponse response, Http1xServerConnection connection, SocketListener listener) {
    if (!response.closed()) {
      // one may wait behind it already
      connection.handler(next -> {});
      connection.invalidRequestHandler(next -> {});
      listener.end(response::end);
      RequestsEnd.of(connection.channel().pipeline());
    }
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
  public void listen(TransportListener reader) {
    listener.listen(reader);
  }

  @Override
  public boolean isFull() {
    return socket == null ? !behindEncoder.channel().isWritable() : socket.isFull();
  }

  @Override
  public long touch() {
    return socket == null ? 0 : socket.touch();
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
    write(frames);
    behindEncoder.writeAndFlush(HttpChunk.last()).addListener(written -> behindEncoder.close());
  }

  @Override
  public void reset() {
    behindEncoder.close();
  }
}
