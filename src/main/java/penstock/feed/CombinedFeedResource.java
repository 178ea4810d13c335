package penstock.feed;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.stream.Condition;
import penstock.stream.EventFilter;
import penstock.stream.Start;
import penstock.stream.Stream;
import penstock.stream.StreamName;
import penstock.stream.Streams;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/** Several feeds over one connection. Runs on the request's event loop. */
@Path("/feed")
class CombinedFeedResource {

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
      Set<StreamName> streams,
      List<ViewDefinition> views,
      EventFilter filter,
      Set<String> keys,
      CombinedStart start) {

    int count() {
      return streams.size() + views.size();
    }
  }

  @Inject
  CombinedFeedResource(
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

  /**
   * Follows streams and views.
   *
   * @param key of the entries that are wanted of all views; all without any
   */
  @GET
  public Uni<RestResponse<FeedBody>> feed(
      @RestQuery(STREAM) Set<StreamName> stream,
      @RestQuery(VIEW) Set<ViewName> view,
      @RestQuery("subject") Set<String> subject,
      @RestQuery("type") Set<String> type,
      @RestQuery("filter") List<Condition> filter,
      @RestQuery("key") @Size(max = ViewFeedResource.MAX_KEYS, message = ViewFeedResource.KEYS_RULE)
          Set<String> key,
      @RestQuery("cursor") Optional<String> cursor,
      @RestQuery("since") Optional<Start.Since> since,
      @RestHeader(FeedResponses.LAST_EVENT_ID) @Nullable String last) {
    Wanted wanted =
        wanted(
            stream,
            view,
            EventFilter.of(subject, type, filter),
            key,
            CombinedStart.of(cursor, since, last));
    return responses.feed(
        found(wanted, streams::findOrCreate)
            .map(found -> responses.body(wanted.count(), outlet -> serve(outlet, wanted, found))));
  }

  /** The headers of the feed, if it could be had. */
  @HEAD
  public Uni<RestResponse<@Nullable Void>> head(
      @RestQuery(STREAM) Set<StreamName> stream,
      @RestQuery(VIEW) Set<ViewName> view,
      @RestQuery("subject") Set<String> subject,
      @RestQuery("type") Set<String> type,
      @RestQuery("filter") List<Condition> filter,
      @RestQuery("key") @Size(max = ViewFeedResource.MAX_KEYS, message = ViewFeedResource.KEYS_RULE)
          Set<String> key,
      @RestQuery("cursor") Optional<String> cursor,
      @RestQuery("since") Optional<Start.Since> since) {
    Wanted wanted =
        wanted(
            stream,
            view,
            EventFilter.of(subject, type, filter),
            key,
            CombinedStart.of(cursor, since, null));
    return FeedResponses.head(found(wanted, streams::find));
  }

  private Wanted wanted(
      Set<StreamName> stream,
      Set<ViewName> view,
      EventFilter filter,
      Set<String> keys,
      CombinedStart start) {
    int count = stream.size() + view.size();
    if (count == 0) {
      throw ProblemException.ofParameter(
          STREAM, "or '" + VIEW + "' must be given, once for each feed");
    }
    if (count > config.maxCombined()) {
      throw ProblemException.ofParameter(
          STREAM, "and '" + VIEW + "' may be given at most " + config.maxCombined() + " times");
    }
    return new Wanted(stream, view.stream().map(views::find).toList(), filter, keys, start);
  }

  private static Future<List<Stream>> found(
      Wanted wanted, Function<StreamName, Future<Stream>> find) {
    return Future.all(wanted.streams().stream().map(find).toList()).map(all -> all.<Stream>list());
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
}
