package penstock.feed.http;

import static penstock.problem.ProblemType.INVALID_CURSOR;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.UNKNOWN_VIEW;
import static penstock.security.identity.Right.PRESENCE;
import static penstock.security.identity.Right.VIEW;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.feed.HeartbeatType;
import penstock.feed.ResumeRequest;
import penstock.feed.view.ViewFeeds;
import penstock.member.MemberName;
import penstock.member.RoomName;
import penstock.problem.Raises;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.http.TicketParameter;
import penstock.stream.StartPosition;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.Views;

/** The feed of a view. Runs on the request's event loop. */
@Tag(name = "views")
@Raises({INVALID_NAME, INVALID_PARAMETER, INVALID_CURSOR, UNKNOWN_VIEW})
@Path("/views/{view}/feed")
class ViewFeedResource {

  /** Who wants more of them is better served with all. */
  static final int MAX_KEYS = 100;

  static final String KEYS_RULE = "may be given at most " + MAX_KEYS + " times";

  private final Views views;
  private final ViewFeeds feeds;
  private final FeedResponses responses;
  private final MemberParameters members;
  private final Callers callers;

  @Inject
  ViewFeedResource(
      Views views,
      ViewFeeds feeds,
      FeedResponses responses,
      MemberParameters members,
      Callers callers) {
    this.views = views;
    this.feeds = feeds;
    this.responses = responses;
    this.members = members;
    this.callers = callers;
  }

  /**
   * Follows the view.
   *
   * @param key of the entries that are wanted; all without any
   */
  @GET
  @Requires(value = VIEW, path = "view", narrows = true)
  @Requires(value = PRESENCE, query = "room", part = "member")
  @Operation(operationId = "followView", summary = "A view as Server-Sent Events")
  @APIResponse(
      responseCode = "200",
      description = "The feed. It does not end by itself.",
      content =
          @Content(mediaType = "text/event-stream", schema = @Schema(type = SchemaType.STRING)))
  public Uni<RestResponse<FeedBody>> feed(
      @RestPath("view") ViewName view,
      @RestQuery("key")
          @Parameter(description = "Only the entry with this key; repeated, with any of them")
          @Size(max = MAX_KEYS, message = KEYS_RULE)
          Set<String> key,
      @RestQuery("cursor")
          @Parameter(
              description =
                  """
                  A cursor of this feed after which the first connection goes on. `earliest`, the default, means a
                  snapshot; `latest` means changes only. `Last-Event-ID` beats it.
                  """)
          Optional<StartPosition> cursor,
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
                  The id of the last frame seen, which a browser sends by itself when it reconnects. One that cannot be gone
                  on from is no error: the feed says `reset` and begins with a snapshot.
                  """)
          @Nullable String last) {
    Set<String> keys = AllowedKeys.of(view, key, callers);
    ViewDefinition definition = views.find(view);
    ResumeRequest resume =
        ResumeRequest.of(
            cursor.orElseGet(StartPosition.Earliest::new), LastEventId.of(last, lastEventId));
    MemberParameters.Spoken spoken = members.read(room, member, ttl);
    return responses.feed(
        Future.succeededFuture(
            responses.body(
                heartbeat,
                transport ->
                    feeds.subscribe(members.begin(transport, spoken), definition, keys, resume))));
  }

  /** The headers of the feed, if it could be had. */
  @HEAD
  @Requires(value = VIEW, path = "view", narrows = true)
  @Requires(value = PRESENCE, query = "room", part = "member")
  @Operation(operationId = "probeViewFeed", summary = "Whether there is such a feed")
  @APIResponse(responseCode = "200", description = "There is.")
  public Uni<RestResponse<@Nullable Void>> head(
      @RestPath("view") ViewName view,
      @RestQuery("key") @Size(max = MAX_KEYS, message = KEYS_RULE) Set<String> key,
      @RestQuery("cursor") Optional<StartPosition> cursor,
      @RestQuery("room") Optional<RoomName> room,
      @RestQuery("member") Optional<MemberName> member,
      @RestQuery("ttl") Optional<Duration> ttl,
      @RestQuery(LastEventId.PARAMETER) List<String> lastEventId,
      @RestQuery(HeartbeatParameter.NAME) Optional<HeartbeatType> heartbeat) {
    AllowedKeys.of(view, key, callers);
    members.read(room, member, ttl);
    return FeedResponses.head(Future.succeededFuture(views.find(view)));
  }
}
