package penstock.feed.connection;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** The normal end of a feed. */
public final class StreamEnd {

  private StreamEnd() {}

  /** Writes the last frames and ends the response. */
  public static void of(HttpServerResponse response, Buffer frames) {
    if (!response.ended() && !response.closed()) {
      response.end(frames);
    }
  }
}
