package penstock.feed;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import penstock.problem.Parameters;
import penstock.problem.Problems;
import penstock.stream.EventFilter;
import penstock.stream.Stream;
import penstock.stream.StreamName;
import penstock.stream.Streams;

/** {@code GET /streams/{s}/feed}. Runs on the request's event loop. */
@ApplicationScoped
class FeedRoutes {

  private static final String PATH = "/streams/:stream/feed";

  private final Streams streams;
  private final Feeds feeds;
  private final FeedResponses responses;

  @Inject
  FeedRoutes(Streams streams, Feeds feeds, FeedResponses responses) {
    this.streams = streams;
    this.feeds = feeds;
    this.responses = responses;
  }

  void routes(@Observes Router router) {
    FeedResponses.route(router, PATH, this::feed, this::head);
  }

  private void feed(RoutingContext context) {
    var name = new StreamName(Parameters.inPath(context, "stream"));
    EventFilter filter = EventFilter.of(context.request());
    Wish wish = Wish.of(context.request(), "latest");
    // who follows a stream before its first event, where appends make streams, must not be sent
    // away for good
    streams
        .findOrCreate(name)
        .onSuccess(stream -> serve(context, stream, wish, filter))
        .onFailure(failure -> responses.refuse(context, failure));
  }

  private void serve(RoutingContext context, Stream stream, Wish wish, EventFilter filter) {
    responses
        .begin(context.request())
        .ifPresent(outlet -> feeds.subscribe(outlet, stream, filter, wish));
  }

  private void head(RoutingContext context) {
    EventFilter.of(context.request());
    Wish.of(context.request(), "latest");
    streams
        .find(new StreamName(Parameters.inPath(context, "stream")))
        .onSuccess(stream -> FeedResponses.headers(context.response()).end())
        .onFailure(failure -> Problems.answer(context, failure));
  }
}
