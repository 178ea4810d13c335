package penstock.group;

import static penstock.problem.ProblemType.BODY_TOO_LARGE;
import static penstock.problem.ProblemType.CURSOR_GONE;
import static penstock.problem.ProblemType.GROUP_CONFLICT;
import static penstock.problem.ProblemType.INVALID_CURSOR;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.MALFORMED_REQUEST;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.PARTITIONS_CHANGED;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.REQUEST_TIMEOUT;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_GROUP;
import static penstock.problem.ProblemType.UNKNOWN_STREAM;
import static penstock.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.GROUP;

import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.problem.Raises;
import penstock.security.http.Audited;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.identity.AllowedValues;
import penstock.stream.StartPosition;
import penstock.stream.StreamName;
import penstock.stream.registry.Streams;

/** The pull groups of a stream. Runs on the request's event loop. */
@Tag(name = "groups")
@Raises({
  INVALID_NAME,
  UNKNOWN_STREAM,
  TOO_BUSY,
  REDIS_UNAVAILABLE,
  WRONG_KEY_TYPE,
  OUTCOME_UNKNOWN,
  PARTITIONS_CHANGED
})
@Path("/streams/{stream}/groups")
class GroupResource {

  private final Streams streams;
  private final Groups groups;
  private final GroupBodyReceiver bodies;
  private final Callers callers;

  @Inject
  GroupResource(Streams streams, Groups groups, GroupBodyReceiver bodies, Callers callers) {
    this.streams = streams;
    this.groups = groups;
    this.bodies = bodies;
    this.callers = callers;
  }

  @GET
  @Requires(value = GROUP, path = "stream", narrows = true)
  @Operation(operationId = "listGroups", summary = "The pull groups of a stream, by name")
  public Uni<RestResponse<GroupList>> list(@RestPath("stream") StreamName stream) {
    AllowedValues visible = callers.current().rights().values(GROUP, stream.value(), "group");
    return Unis.of(
        streams.find(stream).compose(groups::all).map(all -> Answer.ok(all.only(visible))));
  }

  /** What a group is to be like, and where it begins if it is new. */
  private record Wanted(GroupSettings settings, StartPosition start) {}

  /**
   * Makes a group, or gives one that there is other settings.
   *
   * @param request has the body, see {@link GroupRequest}
   */
  @PUT
  @Path("{group}")
  @Audited
  @Requires(value = GROUP, path = "stream", part = "group")
  @Operation(
      operationId = "putGroup",
      summary = "Make a pull group, or change its settings",
      description =
          """
          May be repeated: workers may well do so when they start. A group that there is stays where it is, and what it
          has delivered stays delivered. `ordered` cannot be changed.
          """)
  @RequestBody(
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = GroupRequest.class)))
  @APIResponse(responseCode = "200", description = "The group was there, and has these settings")
  @APIResponse(
      responseCode = "201",
      description = "The group is new.",
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = GroupStatus.class)))
  @Raises({
    MALFORMED_REQUEST,
    INVALID_PARAMETER,
    INVALID_CURSOR,
    REQUEST_TIMEOUT,
    GROUP_CONFLICT,
    CURSOR_GONE,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE
  })
  public Uni<RestResponse<GroupStatus>> put(
      @RestPath("stream") StreamName stream,
      @RestPath("group") GroupName group,
      @Context HttpServerRequest request) {
    return Unis.of(
        bodies
            .read(
                request,
                body -> new Wanted(GroupSettings.read(body), GroupRequest.start(body, "start")))
            .compose(
                wanted ->
                    streams
                        .findOrCreate(stream)
                        .compose(
                            found ->
                                groups
                                    .create(found, group, wanted.settings(), wanted.start())
                                    .compose(
                                        made ->
                                            groups
                                                .describe(found, group)
                                                .map(
                                                    status ->
                                                        Answer.json(
                                                                made
                                                                    ? RestResponse.Status.CREATED
                                                                    : RestResponse.Status.OK,
                                                                status)
                                                            .header(
                                                                Answer.CACHE_CONTROL, "no-store")
                                                            .build())))));
  }

  @GET
  @Path("{group}")
  @Requires(value = GROUP, path = "stream", part = "group")
  @Operation(
      operationId = "describeGroup",
      summary = "A group's settings, how far it is, and who consumes it")
  @Raises(UNKNOWN_GROUP)
  public Uni<RestResponse<GroupStatus>> status(
      @RestPath("stream") StreamName stream, @RestPath("group") GroupName group) {
    return Unis.of(
        streams.find(stream).compose(found -> groups.describe(found, group)).map(Answer::ok));
  }

  @DELETE
  @Path("{group}")
  @Audited
  @Requires(value = GROUP, path = "stream", part = "group")
  @Operation(
      operationId = "deleteGroup",
      summary = "Remove a group",
      description = "Pulls that wait for it are answered with 404. Its dead letters stay.")
  @APIResponse(responseCode = "204", description = "It is gone.")
  @Raises(UNKNOWN_GROUP)
  public Uni<RestResponse<@Nullable Void>> remove(
      @RestPath("stream") StreamName stream, @RestPath("group") GroupName group) {
    return Unis.of(
        streams
            .find(stream)
            .compose(found -> groups.remove(found, group))
            .map(done -> RestResponse.noContent()));
  }

  /**
   * Moves a group.
   *
   * @param request has the body, see {@link SeekRequest}
   */
  @POST
  @Path("{group}/seek")
  @Audited
  @Requires(value = GROUP, path = "stream", part = "group")
  @Operation(
      operationId = "seekGroup",
      summary = "Move a group to another place",
      description =
          "All that it has delivered is forgotten: every ackId that was given out before is stale.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = SeekRequest.class)))
  @Raises({
    MALFORMED_REQUEST,
    INVALID_PARAMETER,
    INVALID_CURSOR,
    REQUEST_TIMEOUT,
    UNKNOWN_GROUP,
    CURSOR_GONE,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE
  })
  public Uni<RestResponse<GroupStatus>> seek(
      @RestPath("stream") StreamName stream,
      @RestPath("group") GroupName group,
      @Context HttpServerRequest request) {
    return Unis.of(
        bodies
            .read(request, SeekRequest::read)
            .compose(
                to ->
                    streams
                        .find(stream)
                        .compose(
                            found ->
                                groups
                                    .move(found, group, to)
                                    .compose(moved -> groups.describe(found, group)))
                        .map(Answer::ok)));
  }
}
