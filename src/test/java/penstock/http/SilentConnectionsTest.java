package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SilentConnectionsTest {

  private static final String REQUEST = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final int MOST = 3;

  private final SilentConnections silent = new SilentConnections();
  private final List<EmbeddedChannel> all = new ArrayList<>();

  private EmbeddedChannel connect() {
    var timer = new HeaderTimer(Duration.ofSeconds(10), silent, MOST);
    var connection =
        new EmbeddedChannel(
            timer, new HttpServerCodec(), new RequestScanner(timer, new AnswerJoiner()));
    all.add(connection);
    return connection;
  }

  private static void send(EmbeddedChannel connection, String text) {
    connection.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  private List<Boolean> open() {
    all.forEach(EmbeddedChannel::runPendingTasks);
    return all.stream().map(EmbeddedChannel::isOpen).toList();
  }

  @AfterEach
  void close() {
    all.forEach(EmbeddedChannel::finishAndReleaseAll);
    assertThat(silent.size()).isZero();
  }

  @Test
  void whoWaitsLongestGoesForOneMore() {
    for (int i = 0; i < MOST + 2; i++) {
      connect();
    }
    assertThat(open()).containsExactly(false, false, true, true, true);
    assertThat(silent.size()).isEqualTo(MOST);
    assertThat(silent.ended()).isEqualTo(2);
  }

  @Test
  void whoHasSentARequestDoesNotCount() {
    for (int i = 0; i < 3 * MOST; i++) {
      send(connect(), REQUEST);
    }
    assertThat(open()).doesNotContain(false);
    assertThat(silent.size()).isZero();
  }

  /** One byte is not a request. */
  @Test
  void whoHasBegunOneDoes() {
    for (int i = 0; i <= MOST; i++) {
      send(connect(), "G");
    }
    assertThat(open()).containsExactly(false, true, true, true);
  }

  /** The request came while it was chosen: its event loop has it, and the connection stays. */
  @Test
  void aRequestThatComesJustThenCounts() {
    EmbeddedChannel first = connect();
    all.remove(first);
    for (int i = 0; i < MOST; i++) {
      connect();
    }
    all.add(first);
    assertThat(silent.ended()).isEqualTo(1);
    first.pipeline().get(HeaderTimer.class).pause();
    first.runPendingTasks();
    assertThat(first.isOpen()).isTrue();
  }

  @Test
  void whoIsGoneDoesNotCount() {
    for (int i = 0; i < 3 * MOST; i++) {
      connect().close();
    }
    assertThat(silent.size()).isZero();
    assertThat(silent.ended()).isZero();
  }
}
