package penstock.feed;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** The normal end of a feed. */
final class Ending {

  private Ending() {}

  /** Writes the last frames and ends the response. */
  static void of(HttpServerResponse response, Buffer frames) {
    if (!response.ended() && !response.closed()) {
      response.end(frames);
    }
  }
}
