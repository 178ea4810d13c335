package penstock.feed.http;

import static penstock.problem.ProblemType.INVALID_CURSOR;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_STREAM;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.PRESENCE;
import static penstock.security.identity.Right.READ;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
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
import penstock.feed.stream.StreamFeeds;
import penstock.member.MemberName;
import penstock.member.RoomName;
import penstock.problem.Raises;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.http.TicketParameter;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;
import penstock.stream.filter.Condition;
import penstock.stream.filter.EventFilter;
import penstock.stream.registry.Streams;

/** The feed of a stream. Runs on the request's event loop. */
@Tag(name = "streams")
@Raises({INVALID_NAME, INVALID_PARAMETER, INVALID_CURSOR, UNKNOWN_STREAM})
@Path("/streams/{stream}/feed")
class StreamFeedResource {

  private final Streams streams;
  private final StreamFeeds feeds;
  private final FeedResponses responses;
  private final MemberParameters members;
  private final Callers callers;

  @Inject
  StreamFeedResource(
      Streams streams,
      StreamFeeds feeds,
      FeedResponses responses,
      MemberParameters members,
      Callers callers) {
    this.streams = streams;
    this.feeds = feeds;
    this.responses = responses;
    this.members = members;
    this.callers = callers;
  }

  @GET
  @Requires(value = READ, path = "stream", narrows = true)
  @Requires(value = PRESENCE, query = "room", part = "member")
  @Operation(operationId = "followStream", summary = "A stream as Server-Sent Events")
  @APIResponse(
      responseCode = "200",
      description = "The feed. It does not end by itself.",
      content =
          @Content(mediaType = "text/event-stream", schema = @Schema(type = SchemaType.STRING)))
  public Uni<RestResponse<FeedBody>> feed(
      @RestPath("stream") StreamName stream,
      @RestQuery("cursor")
          @Parameter(
              description =
                  """
                  Where the first connection begins; without it, with the latest event. `Last-Event-ID` beats it.
                  """)
          Optional<StartPosition> cursor,
      @RestQuery("since") @Parameter(description = EventFilter.SINCE)
          Optional<StartPosition.Since> since,
      @RestQuery("subject") @Parameter(description = EventFilter.SUBJECT) Set<String> subject,
      @RestQuery("type") @Parameter(description = EventFilter.TYPE) Set<String> type,
      @RestQuery("filter") @Parameter(description = EventFilter.FILTER) List<Condition> filter,
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
                  on from is no error: the feed says `reset` and goes on from the earliest event.
                  """)
          @Nullable String last) {
    EventFilter wanted =
        EventFilter.of(subject, type, filter)
            .within(stream.value(), callers.subjects(stream.value()));
    ResumeRequest resume =
        ResumeRequest.of(
            StartPosition.of(cursor, since, new StartPosition.Latest()),
            LastEventId.of(last, lastEventId));
    MemberParameters.Spoken spoken = members.read(room, member, ttl);
    // who follows a stream before its first event, where appends make streams, must not be sent
    // away for good
    return responses.feed(
        streams
            .findOrCreate(stream)
            .map(
                found ->
                    responses.body(
                        heartbeat,
                        transport ->
                            feeds.subscribe(
                                members.begin(transport, spoken), found, wanted, resume))));
  }

  /** The headers of the feed, if it could be had. */
  @HEAD
  @Requires(value = READ, path = "stream", narrows = true)
  @Requires(value = PRESENCE, query = "room", part = "member")
  @Operation(operationId = "probeFeed", summary = "Whether there is such a feed")
  @APIResponse(responseCode = "200", description = "There is.")
  @Raises({TOO_BUSY, REDIS_UNAVAILABLE, WRONG_KEY_TYPE})
  public Uni<RestResponse<@Nullable Void>> head(
      @RestPath("stream") StreamName stream,
      @RestQuery("cursor") Optional<StartPosition> cursor,
      @RestQuery("since") Optional<StartPosition.Since> since,
      @RestQuery("subject") Set<String> subject,
      @RestQuery("type") Set<String> type,
      @RestQuery("filter") List<Condition> filter,
      @RestQuery("room") Optional<RoomName> room,
      @RestQuery("member") Optional<MemberName> member,
      @RestQuery("ttl") Optional<Duration> ttl,
      @RestQuery(LastEventId.PARAMETER) List<String> lastEventId,
      @RestQuery(HeartbeatParameter.NAME) Optional<HeartbeatType> heartbeat) {
    members.read(room, member, ttl);
    EventFilter.of(subject, type, filter).within(stream.value(), callers.subjects(stream.value()));
    StartPosition.of(cursor, since, new StartPosition.Latest());
    return FeedResponses.head(streams.find(stream));
  }
}
