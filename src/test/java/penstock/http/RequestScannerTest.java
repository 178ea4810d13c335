package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the framework is given of requests that come behind others that are not answered. */
class RequestScannerTest {

  private static final String GET = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String BROKEN =
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n";
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d+) ");

  private final HeaderTimer timer =
      new HeaderTimer(Duration.ofSeconds(10), new SilentConnections(), 1);
  private final EmbeddedChannel connection =
      new EmbeddedChannel(
          timer, new HttpServerCodec(), new RequestScanner(timer, new AnswerJoiner()));

  @AfterEach
  void close() {
    connection.finishAndReleaseAll();
  }

  private boolean isToldOfFailure() {
    return connection.inboundMessages().stream()
        .anyMatch(
            message ->
                message instanceof DecoderResultProvider part && part.decoderResult().isFailure());
  }

  /** It has not begun with that request, so that a failure would be nobody's. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aBodyThatCannotBeReadIsRefusedBehindTheAnswersBefore(int before) {
    connection.writeInbound(
        Unpooled.copiedBuffer(GET.repeat(before) + BROKEN, StandardCharsets.US_ASCII));
    for (int i = 0; i < before; i++) {
      assertThat(isToldOfFailure()).isFalse();
      connection.writeOutbound(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT));
    }
    connection.runPendingTasks();
    assertThat(isToldOfFailure()).isTrue();
    List<String> statuses =
        STATUS.matcher(Written.to(connection)).results().map(status -> status.group(1)).toList();
    assertThat(statuses).hasSize(before + 1).endsWith("400");
    assertThat(statuses.subList(0, before)).allMatch("204"::equals);
  }
}
