package penstock.feed;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import penstock.problem.ProblemType;
import penstock.problem.Problems;

/** How the response of any feed begins, or is refused. */
@ApplicationScoped
class FeedResponses {

  /** From here on a status says nothing against the request: it may succeed later. */
  private static final int FIRST_PASSING_STATUS = 429;

  private final Admission admission;
  private final FeedMeters meters;
  private final FeedConfig config;

  @Inject
  FeedResponses(Admission admission, FeedMeters meters, FeedConfig config) {
    this.admission = admission;
    this.meters = meters;
    this.config = config;
  }

  /** Routes a feed's methods. */
  static void route(
      Router router, String path, Handler<RoutingContext> feed, Handler<RoutingContext> head) {
    router.get(path).handler(feed);
    router.head(path).handler(head);
    router
        .route(HttpMethod.OPTIONS, path)
        .handler(
            context ->
                context
                    .response()
                    .setStatusCode(204)
                    .putHeader(HttpHeaders.ALLOW, "GET, HEAD, OPTIONS")
                    .end());
  }

  static HttpServerResponse headers(HttpServerResponse response) {
    return response
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Accel-Buffering", "no");
  }

  /** Begins a response, unless the client is gone or no more readers are taken now. */
  Optional<Outlet> begin(HttpServerRequest request) {
    return begin(request, 1);
  }

  /**
   * Begins a response, unless the client is gone or not so many more readers are taken now.
   *
   * @param readers of different feeds, that share the connection
   */
  Optional<Outlet> begin(HttpServerRequest request, int readers) {
    HttpServerResponse response = request.response();
    if (response.closed()) {
      return Optional.empty();
    }
    var client = ClientAddress.of(request.remoteAddress());
    Optional<DisconnectReason> refusal = admission.refusal(client, readers);
    if (refusal.isPresent()) {
      sendAway(response, refusal.get());
      return Optional.empty();
    }
    open(response);
    response.write(Frames.hello(ReconnectDelay.millis(config)));
    return Optional.of(Outlet.of(request, client, config.slowClientTimeout()));
  }

  private void open(HttpServerResponse response) {
    response.setWriteQueueMaxSize((int) config.socketBuffer().asLongValue());
    headers(response).setChunked(true);
  }

  void refuse(RoutingContext context, Throwable failure) {
    ProblemType type = Problems.from(failure).type();
    if (type.status() < FIRST_PASSING_STATUS) {
      Problems.answer(context, failure);
    } else {
      sendAway(context.response(), DisconnectReason.of(type));
    }
  }

  /** What will pass is said in the stream: a status would keep the client from trying again. */
  private void sendAway(HttpServerResponse response, DisconnectReason reason) {
    meters.disconnected(reason);
    if (!response.closed()) {
      open(response);
      Ending.of(response, Frames.unavailable(reason, ReconnectDelay.millis(config)));
    }
  }
}
