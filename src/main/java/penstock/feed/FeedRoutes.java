package penstock.feed;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import penstock.problem.Parameters;
import penstock.problem.ProblemException;
import penstock.problem.Problems;
import penstock.stream.Cursor;
import penstock.stream.EventFilter;
import penstock.stream.ResetReason;
import penstock.stream.Start;
import penstock.stream.Stream;
import penstock.stream.StreamName;
import penstock.stream.Streams;

/** {@code GET /streams/{s}/feed}. Runs on the request's event loop. */
@ApplicationScoped
class FeedRoutes {

  private static final String PATH = "/streams/:stream/feed";
  private static final int CLIENT_ERRORS_END = 429;

  private final Vertx vertx;
  private final Streams streams;
  private final Feeds feeds;
  private final FeedConfig config;

  @Inject
  FeedRoutes(Vertx vertx, Streams streams, Feeds feeds, FeedConfig config) {
    this.vertx = vertx;
    this.streams = streams;
    this.feeds = feeds;
    this.config = config;
  }

  /** Where a reader wants to begin, and why it cannot, if that is known already. */
  private record Wish(Start start, @Nullable ResetReason refused, EventFilter filter) {

    static Wish of(HttpServerRequest request) {
      Start start = Start.parse(new Parameters(request).text("cursor").orElse("latest"));
      EventFilter filter = EventFilter.of(request);
      String last = request.getHeader("Last-Event-ID");
      if (last == null || last.isEmpty()) {
        return new Wish(start, null, filter);
      }
      try {
        return new Wish(new Start.At(Cursor.parse(last)), null, filter);
      } catch (ProblemException malformed) {
        return new Wish(new Start.Earliest(), ResetReason.FOREIGN, filter);
      }
    }
  }

  void routes(@Observes Router router) {
    router.get(PATH).handler(this::feed);
    router.head(PATH).handler(this::head);
    router
        .route(HttpMethod.OPTIONS, PATH)
        .handler(
            context ->
                context
                    .response()
                    .setStatusCode(204)
                    .putHeader(HttpHeaders.ALLOW, "GET, HEAD, OPTIONS")
                    .end());
  }

  private void feed(RoutingContext context) {
    Wish wish;
    StreamName name;
    try {
      name = new StreamName(context.pathParam("stream"));
      wish = Wish.of(context.request());
    } catch (ProblemException wrong) {
      Problems.answer(context, wrong);
      return;
    }
    streams
        .find(name)
        .onSuccess(stream -> serve(context, stream, wish))
        .onFailure(failure -> refuse(context, failure));
  }

  private void serve(RoutingContext context, Stream stream, Wish wish) {
    HttpServerResponse response = context.response();
    if (response.closed()) {
      return;
    }
    open(response);
    Optional<DisconnectReason> refusal = feeds.refusal();
    if (refusal.isPresent()) {
      Ending.of(response, Frames.unavailable(refusal.get(), feeds.retryMillis()));
      return;
    }
    response.write(Frames.hello(feeds.retryMillis()));
    feeds.subscribe(
        vertx.getOrCreateContext(), response, stream, wish.filter(), wish.start(), wish.refused());
  }

  private void open(HttpServerResponse response) {
    response.setWriteQueueMaxSize((int) config.socketBuffer().asLongValue());
    headers(response).setChunked(true);
  }

  private static HttpServerResponse headers(HttpServerResponse response) {
    return response
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Accel-Buffering", "no");
  }

  /** A failure that will pass is told in the stream, where the reader's client tries again. */
  private void refuse(RoutingContext context, Throwable failure) {
    if (Problems.from(failure).type().status() < CLIENT_ERRORS_END) {
      Problems.answer(context, failure);
      return;
    }
    HttpServerResponse response = context.response();
    if (!response.closed()) {
      open(response);
      Ending.of(
          response, Frames.unavailable(DisconnectReason.REDIS_UNAVAILABLE, feeds.retryMillis()));
    }
  }

  private void head(RoutingContext context) {
    try {
      Wish.of(context.request());
      streams
          .find(new StreamName(context.pathParam("stream")))
          .onSuccess(stream -> headers(context.response()).end())
          .onFailure(failure -> Problems.answer(context, failure));
    } catch (ProblemException wrong) {
      Problems.answer(context, wrong);
    }
  }
}
