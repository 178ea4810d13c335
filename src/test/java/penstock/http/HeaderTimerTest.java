package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeaderTimerTest {

  private static final String REQUEST = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

  private final HeaderTimer timer =
      new HeaderTimer(Duration.ofSeconds(10), new SilentConnections(), 1);
  private final EmbeddedChannel connection =
      new EmbeddedChannel(
          timer, new HttpServerCodec(), new RequestScanner(timer, new AnswerJoiner()));

  @AfterEach
  void close() {
    connection.finishAndReleaseAll();
  }

  private void send(String text) {
    connection.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  private void pass(int seconds) {
    connection.advanceTimeBy(seconds, TimeUnit.SECONDS);
    connection.runPendingTasks();
  }

  private void answer() {
    connection.writeOutbound(
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT));
    Written.to(connection);
  }

  @Test
  void whoSendsByteByByteIsToldAndSentAway() {
    for (int i = 0; i < 9; i++) {
      send(REQUEST.substring(i, i + 1));
      pass(1);
    }
    assertThat(Written.to(connection)).isEmpty();
    pass(1);
    assertThat(Written.to(connection))
        .startsWith("HTTP/1.1 408 ")
        .contains("application/problem+json", "header-timeout");
    pass(2);
    assertThat(connection.isOpen()).isFalse();
  }

  @Test
  void whoSaysNothingFromTheBeginningIsSentAway() {
    pass(9);
    assertThat(connection.isOpen()).isTrue();
    pass(3);
    assertThat(connection.isOpen()).isFalse();
  }

  @Test
  void anAnswerMayTakeItsTimeAndSoMayTheNextRequest() {
    send(REQUEST);
    pass(60);
    assertThat(connection.isOpen()).isTrue();
    answer();
    pass(60);
    send(REQUEST);
    pass(60);
    answer();
    assertThat(connection.isOpen()).isTrue();
  }

  @Test
  void theNextRequestMustNotTakeItsTimeOnceItHasBegun() {
    send(REQUEST);
    answer();
    pass(60);
    send("GET");
    pass(9);
    assertThat(Written.to(connection)).isEmpty();
    pass(1);
    assertThat(Written.to(connection)).startsWith("HTTP/1.1 408 ");
  }

  /** A body may end long behind its headers; whoever is written to from then on sends nothing. */
  @Test
  void behindTheLastRequestNothingIsWaitedFor() {
    connection.pipeline().addLast(new LastRequest());
    send("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1");
    pass(60);
    send("2");
    assertThat(connection.pipeline().get(HeaderTimer.class)).isNull();
    pass(60);
    assertThat(connection.isOpen()).isTrue();
  }

  /** Answers a request when its body is there, and reads no other. */
  private static final class LastRequest extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof LastHttpContent) {
        context.writeAndFlush(
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT));
        RequestsEnd.of(context.pipeline());
      }
      ReferenceCountUtil.release(message);
    }
  }
}
