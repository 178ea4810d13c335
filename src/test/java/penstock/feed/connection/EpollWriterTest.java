package penstock.feed.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against sockets, on an event loop, as where it is used. */
class EpollWriterTest {

  private static final String ENCODER = "encoder";

  private EventLoopGroup loops = new EpollEventLoopGroup(1);
  private final Socket client = new Socket();
  private Channel channel = new LocalChannel();
  private EpollWriter writer;

  @BeforeEach
  void connect() throws Exception {
    channel = accept(new ServerBootstrap().channel(EpollServerSocketChannel.class), client);
    writer = Objects.requireNonNull(EpollWriter.of(channel.pipeline().context(ENCODER)));
  }

  private Channel accept(ServerBootstrap server, Socket from) throws Exception {
    var accepted = new CompletableFuture<Channel>();
    var listening =
        (InetSocketAddress)
            server
                .group(loops)
                .childHandler(
                    new ChannelInitializer<>() {
                      @Override
                      protected void initChannel(Channel one) {
                        one.pipeline().addLast(ENCODER, new ChannelOutboundHandlerAdapter());
                        accepted.complete(one);
                      }
                    })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel()
                .localAddress();
    from.connect(listening);
    Channel one = accepted.get(10, TimeUnit.SECONDS);
    await().until(one::isActive);
    return one;
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private <T> T onLoop(Callable<T> what) throws Exception {
    return channel.eventLoop().submit(what).get(10, TimeUnit.SECONDS);
  }

  private static ByteBuf bytes(String text) {
    return PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(text.getBytes(US_ASCII));
  }

  private int send(String text) throws Exception {
    return onLoop(
        () -> {
          ByteBuf bytes = bytes(text);
          int sent = writer.send(bytes);
          assertThat(bytes.readableBytes()).isEqualTo(text.length());
          bytes.release();
          return sent;
        });
  }

  @Test
  void sendsWhatNothingWaitsBefore() throws Exception {
    assertThat(send("frame")).isEqualTo(5);
    assertThat(client.getInputStream().readNBytes(5)).asString(US_ASCII).isEqualTo("frame");
  }

  /** Else what waits would come behind it, or in the midst of it. */
  @Test
  void sendsNothingBeforeWhatWaits() throws Exception {
    onLoop(() -> channel.write(bytes("first,")));
    assertThat(send("second")).isZero();
    onLoop(() -> channel.writeAndFlush(bytes("third,")));
    assertThat(send("fourth")).isEqualTo(6);
    assertThat(client.getInputStream().readNBytes(18))
        .asString(US_ASCII)
        .isEqualTo("first,third,fourth");
  }

  @Test
  void sendsWhatFitsAndNoMore() throws Exception {
    String much = "x".repeat(1 << 20);
    int sent = 0;
    for (int last = much.length(); last == much.length(); ) {
      last = send(much);
      sent += last;
    }
    assertThat(send("more")).isZero();
    byte[] all = client.getInputStream().readNBytes(sent);
    assertThat(all).hasSize(sent).containsOnly('x');
    await().until(() -> send("more") == 4);
  }

  /** Its number is another socket's by then. */
  @Test
  void sendsNothingToWhatIsClosed() throws Exception {
    SocketAddress server = channel.localAddress();
    int number = ((EpollSocketChannel) channel).fd().intValue();
    onLoop(() -> channel.close());
    await().until(() -> !channel.isOpen());
    try (Socket other = new Socket()) {
      other.connect(server);
      assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString())
          .startsWith("socket:");
      onLoop(writer::touch);
      assertThat(send("frame")).isZero();
      assertThat(onLoop(writer::isFull)).isTrue();
    }
  }

  @Test
  void isFullWhileMoreWaitsThanTheChannelShouldHold() throws Exception {
    int much = 2 * channel.config().getWriteBufferHighWaterMark();
    assertThat(onLoop(writer::isFull)).isFalse();
    onLoop(() -> channel.write(bytes("x".repeat(much))));
    assertThat(onLoop(writer::isFull)).isTrue();
    onLoop(channel::flush);
    assertThat(client.getInputStream().readNBytes(much)).hasSize(much);
    await().until(() -> !onLoop(writer::isFull));
  }

  @Test
  void leavesWhatIsBrokenToTheChannel() throws Exception {
    onLoop(() -> channel.config().setAutoRead(false));
    client.setSoLinger(true, 0);
    client.close();
    await().until(() -> send("frame") == 0);
    await().until(() -> onLoop(() -> channel.writeAndFlush(bytes("frame"))).isDone());
    await().until(() -> !channel.isOpen());
  }

  @Test
  void isNotWhereSomethingMayChangeWhatIsWritten() {
    channel.pipeline().addBefore(ENCODER, "shaping", new ChannelOutboundHandlerAdapter());
    assertThat(EpollWriter.of(channel.pipeline().context(ENCODER))).isNull();
  }

  @Test
  void isNotForSocketsOfJava() throws Exception {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    loops = new NioEventLoopGroup(1);
    try (Socket other = new Socket()) {
      channel = accept(new ServerBootstrap().channel(NioServerSocketChannel.class), other);
      assertThat(EpollWriter.of(channel.pipeline().context(ENCODER))).isNull();
    }
  }
}
