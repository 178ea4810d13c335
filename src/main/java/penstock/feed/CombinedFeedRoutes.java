package penstock.feed;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import penstock.problem.Parameters;
import penstock.problem.Problems;
import penstock.stream.EventFilter;
import penstock.stream.Start;
import penstock.stream.Stream;
import penstock.stream.StreamName;
import penstock.stream.Streams;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/** {@code GET /feed}: several feeds over one connection. Runs on the request's event loop. */
@ApplicationScoped
class CombinedFeedRoutes {

  private static final String PATH = "/feed";
  private static final String STREAM = "stream";
  private static final String VIEW = "view";

  private final Vertx vertx;
  private final Streams streams;
  private final Views views;
  private final Feeds feeds;
  private final ViewFeeds viewFeeds;
  private final FeedResponses responses;
  private final FeedConfig config;

  /**
   * @param filter for the events of all streams
   * @param keys for the entries of all views
   */
  private record Wanted(
      List<StreamName> streams,
      List<ViewDefinition> views,
      EventFilter filter,
      Set<String> keys,
      CombinedStart start) {

    int count() {
      return streams.size() + views.size();
    }
  }

  @Inject
  CombinedFeedRoutes(
      Vertx vertx,
      Streams streams,
      Views views,
      Feeds feeds,
      ViewFeeds viewFeeds,
      FeedResponses responses,
      FeedConfig config) {
    this.vertx = vertx;
    this.streams = streams;
    this.views = views;
    this.feeds = feeds;
    this.viewFeeds = viewFeeds;
    this.responses = responses;
    this.config = config;
  }

  void routes(@Observes Router router) {
    FeedResponses.route(router, PATH, this::feed, this::head);
  }

  private Wanted wanted(HttpServerRequest request) {
    List<StreamName> named = all(request, STREAM).map(StreamName::new).toList();
    List<ViewName> viewed = all(request, VIEW).map(ViewName::new).toList();
    int count = named.size() + viewed.size();
    if (count == 0) {
      throw Parameters.invalid(STREAM, "or '" + VIEW + "' must be given, once for each feed");
    }
    if (count > config.maxCombined()) {
      throw Parameters.invalid(
          STREAM, "and '" + VIEW + "' may be given at most " + config.maxCombined() + " times");
    }
    return new Wanted(
        named,
        viewed.stream().map(views::find).toList(),
        EventFilter.of(request),
        ViewFeedRoutes.keys(request),
        CombinedStart.of(request));
  }

  private static java.util.stream.Stream<String> all(HttpServerRequest request, String name) {
    return request.params().getAll(name).stream().distinct();
  }

  private Future<List<Stream>> found(Wanted wanted, Function<StreamName, Future<Stream>> find) {
    return Future.all(wanted.streams().stream().map(find).toList()).map(all -> all.<Stream>list());
  }

  private void feed(RoutingContext context) {
    Wanted wanted = wanted(context.request());
    found(wanted, streams::findOrCreate)
        .onSuccess(found -> serve(context, wanted, found))
        .onFailure(failure -> responses.refuse(context, failure));
  }

  private void serve(RoutingContext context, Wanted wanted, List<Stream> found) {
    responses
        .begin(context.request(), wanted.count())
        .ifPresent(outlet -> serve(outlet, wanted, found));
  }

  private void serve(Outlet outlet, Wanted wanted, List<Stream> found) {
    var combined =
        new CombinedOutlet(vertx.getOrCreateContext(), outlet, config.socketBuffer().asLongValue());
    for (Stream stream : found) {
      String name = stream.name().value();
      Wish wish = wanted.start().of(STREAM, name, new Start.Latest());
      feeds.subscribe(combined.part(STREAM, name, wish.start()), stream, wanted.filter(), wish);
    }
    for (ViewDefinition view : wanted.views()) {
      String name = view.name().value();
      Wish wish = wanted.start().of(VIEW, name, new Start.Earliest());
      viewFeeds.subscribe(combined.part(VIEW, name, wish.start()), view, wanted.keys(), wish);
    }
  }

  private void head(RoutingContext context) {
    found(wanted(context.request()), streams::find)
        .onSuccess(found -> FeedResponses.headers(context.response()).end())
        .onFailure(failure -> Problems.answer(context, failure));
  }
}
