package penstock.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problems;

/**
 * Sees each request of an HTTP/1 connection before the framework does, which answers some by itself
 * and without a word: what it could not read, and targets that are no URI. Such a request goes on
 * as one for {@link RefusalReason#PATH}. Belongs to the connection's event loop.
 */
final class RequestScanner extends ChannelDuplexHandler {

  /** How long such a client has to read it; as after an append that is refused. */
  private static final int LINGER_MILLIS = 2_000;

  /** Bytes of an answer's body that are copied behind its head. */
  private static final int MOST_COPIED = 1_024;

  private final HeaderTimer timer;
  private final AnswerJoiner joiner;

  /** Requests that came and are not answered. */
  private int open;

  /** The response to the first of these has begun. */
  private boolean answering;

  private boolean first = true;

  /** What comes after a request that could not be read cannot be read either. */
  private boolean over;

  /** The end of a body that could not be read, while requests before it are not answered. */
  private @Nullable HttpContent broken;

  RequestScanner(HeaderTimer timer, AnswerJoiner joiner) {
    this.timer = timer;
    this.joiner = joiner;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (over) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof HttpRequest request) {
      open++;
      scan(context, request);
    } else if (message instanceof HttpContent content && content.decoderResult().isFailure()) {
      scan(context, content);
    } else {
      context.fireChannelRead(message);
    }
  }

  private void scan(ChannelHandlerContext context, HttpRequest request) {
    timer.pause();
    if (request.decoderResult().isFailure()) {
      refuse(context, request, RefusalReason.of(request.decoderResult().cause()));
      return;
    }
    if (first) {
      first = false;
      // HTTP/2 is for who begins with it (RFC 9113, 3.1 has no upgrade any more).
      request.headers().remove(HttpHeaderNames.UPGRADE);
    }
    HttpVersion version = request.protocolVersion();
    if (version != HttpVersion.HTTP_1_1 && version != HttpVersion.HTTP_1_0) {
      refuse(context, request, RefusalReason.VERSION);
      return;
    }
    List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!codings.isEmpty() && !isChunked(codings)) {
      refuse(context, request, RefusalReason.MESSAGE);
      return;
    }
    String target = RequestTarget.read(request.uri());
    if (target == null) {
      request.setUri(RefusalReason.PATH);
      request.headers().set(RefusalReason.HEADER, RefusalReason.TARGET.toString());
    } else {
      request.setUri(target);
    }
    context.fireChannelRead(request);
  }

  /** Once: what stands between may take another of several for the one that counts. */
  private static boolean isChunked(List<String> codings) {
    return codings.size() == 1
        && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst());
  }

  /** Lets another request take its place, behind which the connection ends. */
  private void refuse(ChannelHandlerContext context, HttpRequest request, RefusalReason reason) {
    over = true;
    ReferenceCountUtil.release(request);
    var headers =
        new DefaultHttpHeaders()
            .set(HttpHeaderNames.HOST, "localhost")
            .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
            .set(RefusalReason.HEADER, reason.toString());
    context.fireChannelRead(
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, RefusalReason.PATH, headers));
    context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  /**
   * A body that cannot be read is the end of the connection, behind the answers to requests before:
   * until then the framework has not begun with this one, and could not tell anybody. If no other
   * answer is under way, this one goes before.
   */
  private void scan(ChannelHandlerContext context, HttpContent content) {
    over = true;
    if (open > 1) {
      broken = content;
      return;
    }
    if (open == 1 && !answering) {
      context
          .writeAndFlush(response(RefusalReason.MESSAGE))
          .addListener(ChannelFutureListener.CLOSE);
    }
    // Whoever waits for the body learns what is told, not how the framing was parsed.
    content.setDecoderResult(DecoderResult.failure(RefusalReason.MESSAGE.problem().exception()));
    context.fireChannelRead(content);
  }

  /** No request is under way, but perhaps the body of one that was answered without it. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == HeaderTimer.Event.TOO_SLOW) {
      over = true;
      context.writeAndFlush(response(RefusalReason.SLOW)).addListener(ChannelFutureListener.CLOSE);
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  private static HttpResponse response(RefusalReason reason) {
    ByteBuf document = Unpooled.wrappedBuffer(Problems.document(reason.problem()).getBytes());
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reason.problem().type().status()),
            document);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, Problems.MEDIA_TYPE)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(HttpHeaderNames.CONTENT_LENGTH, document.readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return response;
  }

  /**
   * A client that still sends would lose the answer that it has not read yet, were its connection
   * to end at once.
   */
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (over && context.channel() instanceof DuplexChannel socket && socket.isActive()) {
      socket.shutdownOutput();
      context
          .executor()
          .schedule(() -> context.close(promise), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      context.close(promise);
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response) {
      answering = response.status().codeClass() != HttpStatusClass.INFORMATIONAL;
    }
    if (message instanceof LastHttpContent && answering) {
      answering = false;
      open--;
      if (open == 0) {
        timer.resume();
      }
      scanBroken(context);
    }
    if (message instanceof FullHttpResponse answer && isSmall(answer.content())) {
      joiner.join(context, answer, promise);
    } else {
      context.write(message, promise);
    }
  }

  /** The framework goes on with the next request when it has written the answer to this one. */
  private void scanBroken(ChannelHandlerContext context) {
    HttpContent content = broken;
    if (content != null && open <= 1) {
      broken = null;
      context
          .executor()
          .execute(
              () -> {
                if (!context.isRemoved()) {
                  scan(context, content);
                }
              });
    }
  }

  private static boolean isSmall(ByteBuf body) {
    return body.readableBytes() <= MOST_COPIED;
  }
}
