package penstock.feed;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import penstock.problem.ProblemException;
import penstock.problem.Problems;
import penstock.stream.EventFilter;
import penstock.stream.Stream;
import penstock.stream.StreamName;
import penstock.stream.Streams;

/** {@code GET /streams/{s}/feed}. Runs on the request's event loop. */
@ApplicationScoped
class FeedRoutes {

  private static final String PATH = "/streams/:stream/feed";

  private final Vertx vertx;
  private final Streams streams;
  private final Feeds feeds;
  private final FeedResponses responses;

  @Inject
  FeedRoutes(Vertx vertx, Streams streams, Feeds feeds, FeedResponses responses) {
    this.vertx = vertx;
    this.streams = streams;
    this.feeds = feeds;
    this.responses = responses;
  }

  void routes(@Observes Router router) {
    router.get(PATH).handler(this::feed);
    router.head(PATH).handler(this::head);
    FeedResponses.options(router, PATH);
  }

  private void feed(RoutingContext context) {
    Wish wish;
    EventFilter filter;
    StreamName name;
    try {
      name = new StreamName(context.pathParam("stream"));
      filter = EventFilter.of(context.request());
      wish = Wish.of(context.request(), "latest");
    } catch (ProblemException wrong) {
      Problems.answer(context, wrong);
      return;
    }
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
        .ifPresent(
            outlet ->
                feeds.subscribe(
                    vertx.getOrCreateContext(),
                    outlet,
                    stream,
                    filter,
                    wish.start(),
                    wish.refused()));
  }

  private void head(RoutingContext context) {
    try {
      EventFilter.of(context.request());
      Wish.of(context.request(), "latest");
      streams
          .find(new StreamName(context.pathParam("stream")))
          .onSuccess(stream -> FeedResponses.headers(context.response()).end())
          .onFailure(failure -> Problems.answer(context, failure));
    } catch (ProblemException wrong) {
      Problems.answer(context, wrong);
    }
  }
}
