package penstock.feed.http;

import static penstock.problem.ProblemType.ID_TOO_LONG;
import static penstock.problem.ProblemType.INVALID_CURSOR;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_STREAM;
import static penstock.problem.ProblemType.UNKNOWN_VIEW;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.feed.FeedConfig;
import penstock.feed.HeartbeatType;
import penstock.feed.ResumeRequest;
import penstock.feed.connection.CombinedTransport;
import penstock.feed.connection.ResumeLimit;
import penstock.feed.connection.Transport;
import penstock.feed.stream.StreamFeeds;
import penstock.feed.view.ViewFeeds;
import penstock.http.Namespace;
import penstock.member.MemberName;
import penstock.member.RoomName;
import penstock.problem.ProblemException;
import penstock.problem.Raises;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.http.TicketParameter;
import penstock.security.identity.Right;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;
import penstock.stream.filter.Condition;
import penstock.stream.filter.EventFilter;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/** Several feeds over one connection. Runs on the request's event loop. */
@Tag(name = "streams")
@Tag(name = "views")
@Raises({
  INVALID_NAME,
  INVALID_PARAMETER,
  INVALID_CURSOR,
  ID_TOO_LONG,
  UNKNOWN_STREAM,
  UNKNOWN_VIEW
})
@Path("/feed")
class CombinedFeedResource {

  private static final String STREAM = "stream";
  private static final String VIEW = "view";

  private final Vertx vertx;
  private final Streams streams;
  private final Views views;
  private final StreamFeeds feeds;
  private final ViewFeeds viewFeeds;
  private final FeedResponses responses;
  private final MemberParameters members;
  private final Callers callers;
  private final FeedConfig config;
  private final ResumeLimit limit;

  /**
   * @param streams each with what is wanted of it, and may be seen
   * @param views each with the keys that are wanted of it, and may be seen; none for all
   */
  private record Wanted(
      Map<StreamName, EventFilter> streams,
      Map<ViewDefinition, Set<String>> views,
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
      StreamFeeds feeds,
      ViewFeeds viewFeeds,
      FeedResponses responses,
      MemberParameters members,
      Callers callers,
      FeedConfig config,
      ResumeLimit limit) {
    this.vertx = vertx;
    this.streams = streams;
    this.views = views;
    this.feeds = feeds;
    this.viewFeeds = viewFeeds;
    this.responses = responses;
    this.members = members;
    this.callers = callers;
    this.config = config;
    this.limit = limit;
  }

  /**
   * Follows streams and views.
   *
   * @param key of the entries that are wanted of all views; all without any
   */
  @GET
  @Requires(value = Right.READ, query = "stream", narrows = true)
  @Requires(value = Right.VIEW, query = "view", narrows = true)
  @Requires(value = Right.PRESENCE, query = "room", part = "member")
  @Operation(
      operationId = "followSeveral",
      summary = "Several streams and views over one connection")
  @APIResponse(
      responseCode = "200",
      description = "The feed. It does not end by itself.",
      content =
          @Content(mediaType = "text/event-stream", schema = @Schema(type = SchemaType.STRING)))
  public Uni<RestResponse<FeedBody>> feed(
      @RestQuery(STREAM) @Parameter(description = "A stream to follow; repeated, several")
          Set<StreamName> stream,
      @RestQuery(VIEW)
          @Parameter(
              description =
                  """
                  A view to follow; repeated, several. Streams and views are at most `penstock.feed.max-combined`
                  together.
                  """)
          Set<ViewName> view,
      @RestQuery("subject") @Parameter(description = EventFilter.SUBJECT) Set<String> subject,
      @RestQuery("type") @Parameter(description = EventFilter.TYPE) Set<String> type,
      @RestQuery("filter") @Parameter(description = EventFilter.FILTER) List<Condition> filter,
      @RestQuery("key")
          @Parameter(
              description =
                  "Of all views, only the entry with this key; repeated, with any of them")
          @Size(max = ViewFeedResource.MAX_KEYS, message = ViewFeedResource.KEYS_RULE)
          Set<String> key,
      @RestQuery("cursor")
          @Parameter(
              description =
                  """
                  Where all feeds begin at the first connection: `earliest`, `latest` or a cursor of such a feed. Without
                  it, and for a feed that the cursor says nothing of, streams begin at the latest event and views with a
                  snapshot. `Last-Event-ID` beats it.
                  """)
          Optional<String> cursor,
      @RestQuery("since") @Parameter(description = EventFilter.SINCE)
          Optional<StartPosition.Since> since,
      @RestQuery("room") @Parameter(description = MemberParameters.ROOM) Optional<RoomName> room,
      @RestQuery("member") @Parameter(description = MemberParameters.MEMBER)
          Optional<MemberName> member,
      @RestQuery("ttl") @Parameter(description = MemberParameters.TTL, example = "30s")
          Optional<Duration> ttl,
      @RestQuery(LastEventId.PARAMETER) @Parameter(description = LastEventId.MEANING)
          List<String> lastEventId,
      @RestQuery(HeartbeatParameter.NAME) @Parameter(description = HeartbeatParameter.MEANING)
          Optional<HeartbeatType> heartbeat,
      @RestQuery(TicketParameter.NAME) @Parameter(description = TicketParameter.MEANING)
          Optional<String> ticket,
      @RestHeader(LastEventId.HEADER)
          @Parameter(
              description =
                  """
                  The id of the last frame seen, which a browser sends by itself when it reconnects. It has the cursor of each
                  feed; one that cannot be gone on from is no error: that feed says `reset`.
                  """)
          @Nullable String last) {
    Wanted wanted =
        wanted(
            stream,
            view,
            EventFilter.of(subject, type, filter),
            key,
            CombinedStart.of(cursor, since, LastEventId.of(last, lastEventId)));
    Namespace space = Namespace.current();
    MemberParameters.Spoken spoken = members.read(room, member, ttl);
    return responses.feed(
        found(wanted, streams::findOrCreate)
            .map(
                found ->
                    responses.body(
                        wanted.count(),
                        heartbeat,
                        transport ->
                            serve(members.begin(transport, spoken), wanted, found, space))));
  }

  /** The headers of the feed, if it could be had. */
  @HEAD
  @Requires(value = Right.READ, query = "stream", narrows = true)
  @Requires(value = Right.VIEW, query = "view", narrows = true)
  @Requires(value = Right.PRESENCE, query = "room", part = "member")
  @Operation(operationId = "probeSeveral", summary = "Whether there are such feeds")
  @APIResponse(responseCode = "200", description = "There is.")
  @Raises({TOO_BUSY, REDIS_UNAVAILABLE, WRONG_KEY_TYPE})
  public Uni<RestResponse<@Nullable Void>> head(
      @RestQuery(STREAM) Set<StreamName> stream,
      @RestQuery(VIEW) Set<ViewName> view,
      @RestQuery("subject") Set<String> subject,
      @RestQuery("type") Set<String> type,
      @RestQuery("filter") List<Condition> filter,
      @RestQuery("key") @Size(max = ViewFeedResource.MAX_KEYS, message = ViewFeedResource.KEYS_RULE)
          Set<String> key,
      @RestQuery("cursor") Optional<String> cursor,
      @RestQuery("since") Optional<StartPosition.Since> since,
      @RestQuery("room") Optional<RoomName> room,
      @RestQuery("member") Optional<MemberName> member,
      @RestQuery("ttl") Optional<Duration> ttl,
      @RestQuery(LastEventId.PARAMETER) List<String> lastEventId,
      @RestQuery(HeartbeatParameter.NAME) Optional<HeartbeatType> heartbeat) {
    members.read(room, member, ttl);
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
    Map<StreamName, EventFilter> filters = new LinkedHashMap<>();
    for (StreamName one : stream) {
      filters.put(one, filter.within(one.value(), callers.subjects(one.value())));
    }
    Map<ViewDefinition, Set<String>> keysOf = new LinkedHashMap<>();
    for (ViewName one : view) {
      keysOf.put(views.find(one), AllowedKeys.of(one, keys, callers));
    }
    return new Wanted(filters, keysOf, start);
  }

  private Future<List<Stream>> found(Wanted wanted, Function<StreamName, Future<Stream>> find) {
    return Future.all(wanted.streams().keySet().stream().map(find).toList())
        .map(all -> resumable(all.<Stream>list(), wanted.views().keySet()));
  }

  private List<Stream> resumable(List<Stream> found, Set<ViewDefinition> views) {
    limit.check(
        java.util.stream.Stream.concat(
                found.stream().map(stream -> stream.partitions().size()),
                views.stream().map(ViewDefinition::partitions))
            .toList());
    return found;
  }

  private void serve(Transport transport, Wanted wanted, List<Stream> found, Namespace space) {
    var combined =
        new CombinedTransport(
            vertx.getOrCreateContext(), transport, config.socketBuffer().asLongValue());
    for (Stream stream : found) {
      String name = stream.name().value();
      ResumeRequest resume = wanted.start().of(STREAM, name, new StartPosition.Latest());
      feeds.subscribe(
          combined.part(STREAM, space.shown(name), resume.start()),
          stream,
          wanted.streams().getOrDefault(stream.name(), EventFilter.OPEN),
          resume);
    }
    for (Map.Entry<ViewDefinition, Set<String>> one : wanted.views().entrySet()) {
      ViewDefinition view = one.getKey();
      String name = view.name().value();
      ResumeRequest resume = wanted.start().of(VIEW, name, new StartPosition.Earliest());
      viewFeeds.subscribe(
          combined.part(VIEW, space.shown(name), resume.start()), view, one.getValue(), resume);
    }
  }
}
