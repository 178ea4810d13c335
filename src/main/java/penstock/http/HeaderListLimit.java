package penstock.http;

import io.netty.handler.codec.http2.Http2Headers;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * How large the headers of a request over HTTP/2 may be. What is larger than was configured Netty
 * would answer itself, without a document: so it is had read twice as much, and the limit is held
 * by {@link TargetListener}.
 */
@Singleton
final class HeaderListLimit implements HttpServerOptionsCustomizer {

  static final String SETTING = "quarkus.http.limits.max-header-list-size";
  static final String DEFAULT = "98304";

  /** What is read and refused, in the place of what is not read. */
  private static final long ROOM = 2;

  /** RFC 9113, 6.5.2: what each header counts for, beside its characters. */
  private static final int OVERHEAD = 32;

  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    makeRoom(options.getInitialSettings());
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    makeRoom(options.getInitialSettings());
  }

  private static void makeRoom(Http2Settings settings) {
    settings.setMaxHeaderListSize(ROOM * settings.getMaxHeaderListSize());
  }

  /** As the protocol counts. */
  static long size(Http2Headers headers) {
    long size = 0;
    for (Map.Entry<CharSequence, CharSequence> one : headers) {
      size += one.getKey().length() + one.getValue().length() + OVERHEAD;
    }
    return size;
  }
}
