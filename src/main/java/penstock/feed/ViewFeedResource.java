package penstock.feed;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.stream.Start;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/** The feed of a view. Runs on the request's event loop. */
@Path("/views/{view}/feed")
class ViewFeedResource {

  /** Who wants more of them is better served with all. */
  static final int MAX_KEYS = 100;

  static final String KEYS_RULE = "may be given at most " + MAX_KEYS + " times";

  private final Views views;
  private final ViewFeeds feeds;
  private final FeedResponses responses;

  @Inject
  ViewFeedResource(Views views, ViewFeeds feeds, FeedResponses responses) {
    this.views = views;
    this.feeds = feeds;
    this.responses = responses;
  }

  /**
   * Follows the view.
   *
   * @param key of the entries that are wanted; all without any
   * @param since has no meaning here, and is refused
   */
  @GET
  public Uni<RestResponse<FeedBody>> feed(
      @RestPath("view") ViewName view,
      @RestQuery("key") @Size(max = MAX_KEYS, message = KEYS_RULE) Set<String> key,
      @RestQuery("cursor") Optional<Start> cursor,
      @RestQuery("since") Optional<String> since,
      @RestHeader(FeedResponses.LAST_EVENT_ID) @Nullable String last) {
    ViewDefinition definition = views.find(view);
    refuse(since);
    Wish wish = Wish.of(cursor.orElseGet(Start.Earliest::new), last);
    return responses.feed(
        Future.succeededFuture(
            responses.body(outlet -> feeds.subscribe(outlet, definition, key, wish))));
  }

  /** The headers of the feed, if it could be had. */
  @HEAD
  public Uni<RestResponse<@Nullable Void>> head(
      @RestPath("view") ViewName view,
      @RestQuery("key") @Size(max = MAX_KEYS, message = KEYS_RULE) Set<String> key,
      @RestQuery("cursor") Optional<Start> cursor,
      @RestQuery("since") Optional<String> since) {
    refuse(since);
    return FeedResponses.head(Future.succeededFuture(views.find(view)));
  }

  /** Of a view there is no more than what it is now and what changes. */
  private static void refuse(Optional<String> since) {
    if (since.isPresent()) {
      throw ProblemException.ofParameter(
          "since", "has no meaning for a view: its feed begins with all entries");
    }
  }
}
