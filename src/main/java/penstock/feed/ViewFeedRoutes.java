package penstock.feed;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Set;
import penstock.problem.Parameters;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/** {@code GET /views/{v}/feed}. Runs on the request's event loop. */
@ApplicationScoped
class ViewFeedRoutes {

  private static final String PATH = "/views/:view/feed";

  /** Who wants more of them is better served with all. */
  private static final int MAX_KEYS = 100;

  private final Views views;
  private final ViewFeeds feeds;
  private final FeedResponses responses;

  @Inject
  ViewFeedRoutes(Views views, ViewFeeds feeds, FeedResponses responses) {
    this.views = views;
    this.feeds = feeds;
    this.responses = responses;
  }

  void routes(@Observes Router router) {
    FeedResponses.route(router, PATH, this::feed, this::head);
  }

  private ViewDefinition view(RoutingContext context) {
    return views.find(new ViewName(Parameters.inPath(context, "view")));
  }

  /** Of a view there is no more than what it is now and what changes. */
  private static Wish wish(HttpServerRequest request) {
    if (request.params().contains("since")) {
      throw Parameters.invalid(
          "since", "has no meaning for a view: its feed begins with all entries");
    }
    return Wish.of(request, "earliest");
  }

  static Set<String> keys(HttpServerRequest request) {
    Set<String> keys = Set.copyOf(request.params().getAll("key"));
    if (keys.size() > MAX_KEYS) {
      throw Parameters.invalid("key", "may be given at most " + MAX_KEYS + " times");
    }
    return keys;
  }

  private void feed(RoutingContext context) {
    ViewDefinition view = view(context);
    Set<String> keys = keys(context.request());
    Wish wish = wish(context.request());
    responses
        .begin(context.request())
        .ifPresent(outlet -> feeds.subscribe(outlet, view, keys, wish));
  }

  private void head(RoutingContext context) {
    view(context);
    keys(context.request());
    wish(context.request());
    FeedResponses.headers(context.response()).end();
  }
}
