package penstock.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.Vertx;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The transport that Vert.x would have, with a {@link ConnectionStart} in each connection to an
 * HTTP server: Quarkus makes its server itself, and lets no one set what answers an invalid
 * request. Vert.x finds this as a service.
 */
public final class ServerTransport implements VertxServiceProvider {

  @Override
  public void init(VertxBuilder builder) {
    builder.findTransport(
        new Wrapped(
            preferred(builder.findTransport(), builder.options().getPreferNativeTransport()),
            new SilentConnections()));
  }

  /**
   * In a native executable Quarkus has Vert.x find Java's own sockets only. With Linux's there is
   * TCP_USER_TIMEOUT, by which readers who went without a word are noticed.
   */
  private static Transport preferred(Transport found, boolean linux) {
    Transport epoll = new EpollTransport();
    return linux && epoll.isAvailable() ? epoll : found;
  }

  /** What the instance's servers have in common. */
  static SilentConnections silent(Vertx vertx) {
    return ((Wrapped) ((VertxInternal) vertx).transport()).silent;
  }

  /** On the server's own channel, which reads connections. */
  @ChannelHandler.Sharable
  private static final class Accepted extends ChannelInboundHandlerAdapter {

    private final SilentConnections silent;
    private final Duration headerTimeout =
        DurationParameter.parse(
            setting(HttpConfig.HEADER_TIMEOUT, HttpConfig.HEADER_TIMEOUT_DEFAULT));
    private final int mostSilent =
        Integer.parseInt(setting(HttpConfig.MAX_SILENT, HttpConfig.MAX_SILENT_DEFAULT));
    private final long largestHeaders =
        Long.parseLong(setting(HeaderListLimit.SETTING, HeaderListLimit.DEFAULT));

    Accepted(SilentConnections silent) {
      this.silent = silent;
    }

    /** Read here, since the framework makes its servers before beans can be asked for. */
    private static String setting(String name, String otherwise) {
      return ConfigProvider.getConfig().getOptionalValue(name, String.class).orElse(otherwise);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object connection) {
      var timer = new HeaderTimer(headerTimeout, silent, mostSilent);
      ((Channel) connection).pipeline().addLast(timer, new ConnectionStart(timer, largestHeaders));
      context.fireChannelRead(connection);
    }
  }

  private record Wrapped(Transport transport, SilentConnections silent) implements Transport {

    @Override
    public void configure(
        NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
      transport.configure(options, domainSocket, bootstrap);
      bootstrap.handler(new Accepted(silent));
    }

    @Override
    public void configure(ClientOptionsBase options, boolean domainSocket, Bootstrap bootstrap) {
      transport.configure(options, domainSocket, bootstrap);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
      transport.configure(channel, options);
    }

    @Override
    public boolean supportsDomainSockets() {
      return transport.supportsDomainSockets();
    }

    @Override
    public boolean supportFileRegion() {
      return transport.supportFileRegion();
    }

    @Override
    public boolean isAvailable() {
      return transport.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
      return transport.unavailabilityCause();
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
      return transport.convert(address);
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
      return transport.convert(address);
    }

    @Override
    public EventLoopGroup eventLoopGroup(
        int type, int threads, ThreadFactory threadFactory, int ioRatio) {
      return transport.eventLoopGroup(type, threads, threadFactory, ioRatio);
    }

    @Override
    public DatagramChannel datagramChannel() {
      return transport.datagramChannel();
    }

    @Override
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
      return transport.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
      return transport.channelFactory(domainSocket);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      return transport.serverChannelFactory(domainSocket);
    }
  }
}
