package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerJoinerTest {

  private final AnswerJoiner joiner = new AnswerJoiner();

  /** What a connection has, the socket first; whatever is written to it is joined. */
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          joiner,
          new HttpResponseEncoder(),
          new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(
                ChannelHandlerContext context, Object answer, ChannelPromise promise) {
              joiner.join(context, answer, promise);
            }
          });

  private static DefaultFullHttpResponse answer(int length) {
    return answer(Unpooled.copiedBuffer("x".repeat(length), StandardCharsets.UTF_8));
  }

  private static DefaultFullHttpResponse answer(ByteBuf body) {
    return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CREATED, body);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 128, 129, 200, 1_024})
  void anAnswerIsOneBuffer(int length) {
    for (int i = 0; i < 3; i++) {
      DefaultFullHttpResponse answer = answer(length);
      ChannelFuture written = channel.writeAndFlush(answer);
      ByteBuf bytes = channel.readOutbound();
      assertThat(bytes.toString(StandardCharsets.UTF_8))
          .isEqualTo("HTTP/1.1 201 Created\r\n\r\n" + "x".repeat(length));
      assertThat(channel.outboundMessages()).isEmpty();
      assertThat(written.isSuccess()).isTrue();
      assertThat(answer.refCnt()).isZero();
      bytes.release();
    }
  }

  /**
   * Its body has no room for more, as that of a feed, and the encoder writes some buffers often.
   */
  @Test
  void aChunkedAnswerIsWhole() {
    for (int i = 0; i < 2; i++) {
      byte[] body = "x".repeat(200).getBytes(StandardCharsets.UTF_8);
      DefaultFullHttpResponse answer = answer(Unpooled.wrappedBuffer(body));
      HttpUtil.setTransferEncodingChunked(answer, true);
      ChannelFuture written = channel.writeAndFlush(answer);
      var text = new StringBuilder();
      for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
        text.append(bytes.toString(StandardCharsets.UTF_8));
        bytes.release();
      }
      assertThat(text)
          .hasToString(
              "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\nc8\r\n"
                  + "x".repeat(200)
                  + "\r\n0\r\n\r\n");
      assertThat(written.isSuccess()).isTrue();
      assertThat(answer.refCnt()).isZero();
    }
  }

  @Test
  void whoWritesToAConnectionThatIsGoneLearnsOfIt() {
    channel.close();
    ChannelFuture written = channel.writeAndFlush(answer(500));
    assertThat(written.isDone()).isTrue();
    assertThat(written.isSuccess()).isFalse();
  }

  @Test
  void whatIsNoAnswerPassesAtOnce() {
    ByteBuf frame = Unpooled.copiedBuffer("data: 1\n\n", StandardCharsets.UTF_8);
    channel.pipeline().context(HttpResponseEncoder.class).writeAndFlush(frame);
    assertThat(channel.outboundMessages()).containsExactly(frame);
    frame.release();
  }
}
