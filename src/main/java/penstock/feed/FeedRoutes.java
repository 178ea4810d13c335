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
import penstock.problem.ProblemType;
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

  /** From here on a status says nothing against the request: it may succeed later. */
  private static final int FIRST_PASSING_STATUS = 429;

  private final Vertx vertx;
  private final Streams streams;
  private final Feeds feeds;
  private final FeedMeters meters;
  private final FeedConfig config;

  @Inject
  FeedRoutes(Vertx vertx, Streams streams, Feeds feeds, FeedMeters meters, FeedConfig config) {
    this.vertx = vertx;
    this.streams = streams;
    this.feeds = feeds;
    this.meters = meters;
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
    // who follows a stream before its first event, where appends make streams, must not be sent
    // away
    // for good
    streams
        .findOrCreate(name)
        .onSuccess(stream -> serve(context, stream, wish))
        .onFailure(failure -> refuse(context, failure));
  }

  private void serve(RoutingContext context, Stream stream, Wish wish) {
    HttpServerResponse response = context.response();
    if (response.closed()) {
      return;
    }
    ClientAddress client = ClientAddress.of(context.request().remoteAddress());
    Optional<DisconnectReason> refusal = feeds.refusal(client);
    if (refusal.isPresent()) {
      sendAway(response, refusal.get());
      return;
    }
    open(response);
    response.write(Frames.hello(feeds.retryMillis()));
    feeds.subscribe(
        vertx.getOrCreateContext(),
        Outlet.of(context.request(), config.slowClientTimeout()),
        client,
        stream,
        wish.filter(),
        wish.start(),
        wish.refused());
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

  private void refuse(RoutingContext context, Throwable failure) {
    ProblemType type = Problems.from(failure).type();
    if (type.status() < FIRST_PASSING_STATUS) {
      Problems.answer(context, failure);
    } else {
      sendAway(
          context.response(),
          type == ProblemType.INTERNAL_ERROR
              ? DisconnectReason.INTERNAL_ERROR
              : DisconnectReason.REDIS_UNAVAILABLE);
    }
  }

  /** What will pass is told in the stream: a status would keep the client from trying again. */
  private void sendAway(HttpServerResponse response, DisconnectReason reason) {
    meters.disconnected(reason);
    if (!response.closed()) {
      open(response);
      Ending.of(response, Frames.unavailable(reason, feeds.retryMillis()));
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
