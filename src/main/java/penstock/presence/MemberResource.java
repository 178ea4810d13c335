package penstock.presence;

import static penstock.problem.ProblemType.BODY_TOO_LARGE;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.MALFORMED_REQUEST;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.PARTITIONS_CHANGED;
import static penstock.problem.ProblemType.REDIS_FULL;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.REQUEST_TIMEOUT;
import static penstock.problem.ProblemType.ROOM_FULL;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_MEMBER;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.PRESENCE;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;
import penstock.http.Answer;
import penstock.http.BodyReceiver;
import penstock.http.Unis;
import penstock.json.JsonScanner;
import penstock.json.JsonSyntaxException;
import penstock.json.Utf8;
import penstock.member.Member;
import penstock.member.MemberName;
import penstock.member.RoomName;
import penstock.member.TtlRule;
import penstock.problem.IsolatedCall;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Problems;
import penstock.problem.Raises;
import penstock.security.http.Requires;

/** A member of a room: its heartbeats, and its leave. Runs on the request's event loop. */
@Tag(name = "presence")
@Raises({
  INVALID_NAME,
  TOO_BUSY,
  REDIS_UNAVAILABLE,
  WRONG_KEY_TYPE,
  OUTCOME_UNKNOWN,
  PARTITIONS_CHANGED
})
@Path("/presence/{room}/{member}")
class MemberResource {

  private final RoomPartitioner rooms;
  private final PresenceRepository repository;
  private final PresenceMeters meters;
  private final TtlRule ttls;
  private final BodyReceiver body;

  @Inject
  MemberResource(
      Vertx vertx,
      RoomPartitioner rooms,
      PresenceRepository repository,
      PresenceMeters meters,
      TtlRule ttls,
      PresenceConfig config) {
    this.rooms = rooms;
    this.repository = repository;
    this.meters = meters;
    this.ttls = ttls;
    this.body =
        new BodyReceiver(
            vertx,
            config.maxMetadata().asLongValue(),
            config.maxBuffered().asLongValue(),
            config.bodyTimeout(),
            "Say less of the member; what is large is for events of its own.");
  }

  /**
   * A heartbeat.
   *
   * @param request has the metadata, received piece by piece up to its bound
   */
  @PUT
  @Requires(value = PRESENCE, path = "room", part = "member")
  @Operation(
      operationId = "keepMember",
      summary = "A heartbeat: the member is there, and will be for a time to live",
      description =
          """
          Who was not there joins (`presence.joined`, 201). Whose metadata is another is updated (`presence.updated`). Else
          only the deadline moves, and nothing is told. A heartbeat that comes when the deadline has passed is too late: the
          member has timed out (`presence.timed-out`) and joins anew. Works on a Redis that is full, for members that are
          there and whose metadata stays.
          """)
  @RequestBody(
      description =
          "Metadata: any JSON, whatever the content type. Without a body it stays as it was, or is"
              + " `null`.",
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(),
              example = MemberResource.EXAMPLE))
  @APIResponse(
      responseCode = "201",
      description = "It joined.",
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = PresenceBody.class)))
  @APIResponse(
      responseCode = "200",
      description = "It was there.",
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = PresenceBody.class)))
  @Raises({
    INVALID_PARAMETER,
    MALFORMED_REQUEST,
    REQUEST_TIMEOUT,
    ROOM_FULL,
    BODY_TOO_LARGE,
    REDIS_FULL
  })
  public Uni<RestResponse<PresenceBody>> keep(
      @RestPath("room") RoomName room,
      @RestPath("member") MemberName member,
      @RestQuery("ttl")
          @Parameter(
              description =
                  """
                  How long the member stays without a further heartbeat, from `penstock.presence.ttl.min` to `.max`; without
                  it, `penstock.presence.ttl.fallback`.
                  """,
              example = "30s")
          Optional<Duration> ttl,
      @Context HttpServerRequest request) {
    Duration time = ttls.of(ttl);
    return Unis.of(
        body.receive(request, received -> beat(new Member(room, member), time, received)));
  }

  static final String EXAMPLE = "{\"status\": \"busy\"}";

  private Future<RestResponse<PresenceBody>> beat(Member member, Duration ttl, Buffer received) {
    byte[] metadata;
    try {
      metadata = metadata(received.getBytes());
    } catch (ProblemException refused) {
      return Future.failedFuture(refused);
    }
    var heartbeat = new Heartbeat(member, ttl, metadata, true);
    return rooms
        .of(member.room())
        .compose(partition -> repository.arrive(partition, heartbeat))
        .map(result -> answer(member, result));
  }

  private static byte[] metadata(byte[] body) {
    if (body.length == 0) {
      return body;
    }
    int broken = Utf8.firstBroken(body);
    if (broken >= 0) {
      throw notJson("byte " + broken + ": it is not UTF-8");
    }
    try {
      var scanner = new JsonScanner(body);
      byte[] compact = scanner.compactValue();
      scanner.expectEnd();
      return compact;
    } catch (JsonSyntaxException syntax) {
      throw notJson(syntax.describe(body));
    }
  }

  private static ProblemException notJson(String where) {
    return ProblemException.of(
        ProblemType.MALFORMED_REQUEST, "The metadata is not JSON: at " + where + ".");
  }

  private RestResponse<PresenceBody> answer(Member member, HeartbeatResult result) {
    IsolatedCall.run(() -> meters.beaten(result.state()));
    if (result.state() == HeartbeatResult.State.FULL) {
      throw ProblemException.of(
          ProblemType.ROOM_FULL,
          "The room '"
              + member.room()
              + "' has as many members as penstock.presence.max-members allows. Retry when one has"
              + " left.");
    }
    var body = new PresenceBody(result.presence());
    return result.state() == HeartbeatResult.State.JOINED
        ? Answer.json(RestResponse.Status.CREATED, body)
            .header(Answer.CACHE_CONTROL, "no-store")
            .build()
        : Answer.ok(body);
  }

  @DELETE
  @Requires(value = PRESENCE, path = "room", part = "member")
  @Operation(
      operationId = "removeMember",
      summary = "The member leaves",
      description =
          """
          Told as `presence.left`. A connection that speaks for the member does not bring it back; a heartbeat does. Works
          on a Redis that is full.
          """)
  @APIResponse(responseCode = "204", description = "It left.")
  @Raises(UNKNOWN_MEMBER)
  public Uni<RestResponse<@Nullable Void>> remove(
      @RestPath("room") RoomName room, @RestPath("member") MemberName name) {
    Member member = new Member(room, name);
    return Unis.of(
        rooms
            .of(room)
            .compose(partition -> repository.depart(partition, member))
            .map(
                was -> {
                  if (!was) {
                    throw ProblemException.of(
                        ProblemType.UNKNOWN_MEMBER,
                        "The room '" + room + "' has no member '" + name + "' now.");
                  }
                  return RestResponse.noContent();
                }));
  }

  /** Whatever fails, here or before: what is left of a heartbeat's body is not waited for. */
  @ServerExceptionMapper
  public RestResponse<Buffer> refuse(Throwable failure, HttpServerRequest request) {
    if (request.method() == HttpMethod.PUT) {
      body.endUnread(request);
    }
    return Answer.problem(
        Problems.from(
            failure instanceof WebApplicationException
                    && failure.getCause() instanceof ProblemException problem
                ? problem
                : failure));
  }
}
