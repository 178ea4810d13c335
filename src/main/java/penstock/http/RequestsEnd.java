package penstock.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.util.List;

/**
 * The end of all requests of an HTTP/1 connection: what is written to it goes on, but what it was
 * read and answered by leaves its pipeline, and takes along the memory that it held. What its
 * client sends from then on comes as it is.
 */
public final class RequestsEnd {

  private static final List<Class<? extends ChannelHandler>> READERS =
      List.of(
          HeaderTimer.class,
          HttpRequestDecoder.class,
          AnswerJoiner.class,
          HttpResponseEncoder.class,
          RequestScanner.class);

  private RequestsEnd() {}

  /** On the connection's event loop, when the last request has been read and answered. */
  public static void of(ChannelPipeline pipeline) {
    for (Class<? extends ChannelHandler> reader : READERS) {
      ChannelHandler present = pipeline.get(reader);
      if (present != null) {
        pipeline.remove(present);
      }
    }
  }
}
