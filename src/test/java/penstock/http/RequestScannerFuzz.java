package penstock.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Any bytes as an HTTP/1 connection, in two pieces; the first byte says where they are cut. What
 * reaches the framework can be read by it and means one thing, and nothing comes behind what could
 * not be read.
 */
public final class RequestScannerFuzz {

  private RequestScannerFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2) {
      return;
    }
    int cut = 1 + (input[0] & 0xff) % (input.length - 1);
    var framework = new Framework();
    var timer = new HeaderTimer(Duration.ofHours(1), new SilentConnections(), 1);
    var connection =
        new EmbeddedChannel(
            timer, new HttpServerCodec(), new RequestScanner(timer, new AnswerJoiner()), framework);
    connection.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOfRange(input, 1, cut)));
    if (connection.isOpen()) {
      connection.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOfRange(input, cut, input.length)));
    }
    connection.checkException();
    connection.finishAndReleaseAll();
    for (int i = 0; i < framework.requests.size(); i++) {
      check(framework.requests.get(i), i + 1 == framework.requests.size());
    }
  }

  private static void check(HttpRequest request, boolean last) {
    boolean refused = RefusalReason.PATH.equals(request.uri());
    boolean ends =
        refused
            && !RefusalReason.TARGET.toString().equals(request.headers().get(RefusalReason.HEADER))
            && request.headers().contains(HttpHeaderNames.CONNECTION, "close", true)
            && request.headers().contains(RefusalReason.HEADER);
    boolean twoLengths =
        request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
            && request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
    if (request.decoderResult().isFailure()
        || !request.uri().startsWith("/")
        || twoLengths
        || request.headers().getAll(HttpHeaderNames.CONTENT_LENGTH).stream().distinct().count() > 1
        || request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING).size() > 1) {
      throw new AssertionError("reached the framework: " + request);
    }
    if (ends && !last && "localhost".equals(request.headers().get(HttpHeaderNames.HOST))) {
      throw new AssertionError("something comes behind " + request);
    }
  }

  /** In the place of the framework. */
  private static final class Framework extends ChannelInboundHandlerAdapter {

    private final List<HttpRequest> requests = new ArrayList<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpMessage request) {
        requests.add((HttpRequest) request);
      }
      ReferenceCountUtil.release(message);
    }
  }
}
