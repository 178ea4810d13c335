package penstock.security.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import penstock.problem.Problem;
import penstock.problem.ProblemType;

/**
 * Somebody asks for a feed by a cookie or a ticket, and cannot be known for now. Whoever serves
 * feeds observes it and tells so in the stream, on the request's event loop: a status would keep an
 * {@code EventSource} from trying again.
 *
 * @param response nothing of it was written
 * @param problem why; one that passes
 */
public record UnavailableFeed(HttpServerResponse response, ProblemType problem) {

  /** Whether this is what would be told in such a case, and to such a reader. */
  static boolean isFor(RoutingContext context, Problem problem) {
    String path = context.normalizedPath();
    return problem.retryAfter() != null
        && context.request().method() == HttpMethod.GET
        && path != null
        && TicketRequest.isFeed(path)
        && !context.request().headers().contains(HttpHeaderNames.AUTHORIZATION);
  }
}
