package penstock.feed.http;

import io.vertx.core.http.HttpServerRequest;
import penstock.security.identity.Caller;

/**
 * The body of a feed's response. It is handed the request, and from then on writes to the response
 * by itself, for as long as the connection lives: nothing of Quarkus REST is kept for it, and
 * nothing of it touches the response again.
 */
interface FeedBody {

  /**
   * Begins to write. On the event loop of the request, which has been read.
   *
   * @param caller who sent it: the feed ends when that one is known no more
   */
  void writeTo(HttpServerRequest request, Caller caller);
}
