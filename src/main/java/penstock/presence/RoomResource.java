package penstock.presence;

import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.PARTITIONS_CHANGED;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.PRESENCE;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.PageLimit;
import penstock.http.Unis;
import penstock.member.MemberName;
import penstock.member.RoomName;
import penstock.problem.Raises;
import penstock.security.http.Requires;

/** Who is in a room. Runs on the request's event loop. */
@Tag(name = "presence")
@Path("/presence/{room}")
class RoomResource {

  private final RoomPartitioner rooms;
  private final PresenceRepository repository;

  @Inject
  RoomResource(RoomPartitioner rooms, PresenceRepository repository) {
    this.rooms = rooms;
    this.repository = repository;
  }

  /**
   * A page of members, by name.
   *
   * @param after the name before the first
   */
  @GET
  @Requires(value = PRESENCE, path = "room")
  @Operation(
      operationId = "listMembers",
      summary = "Who is in a room, in the order of their names",
      description =
          """
          Whose deadline has passed is not listed, whether its time-out was told yet or not. A room that nobody is in is
          empty. A page may hold fewer members than asked for without being the last: `complete` says.
          """)
  @Raises({
    INVALID_NAME,
    INVALID_PARAMETER,
    TOO_BUSY,
    REDIS_UNAVAILABLE,
    WRONG_KEY_TYPE,
    OUTCOME_UNKNOWN,
    PARTITIONS_CHANGED
  })
  public Uni<RestResponse<RoomPage>> page(
      @RestPath("room") RoomName room,
      @RestQuery("after")
          @Parameter(
              description = "The name behind which the page begins; `next` of the page before")
          Optional<MemberName> after,
      @RestQuery("limit")
          @Parameter(description = PageLimit.MEANING)
          @DefaultValue(PageLimit.DEFAULT)
          @Min(value = 1, message = PageLimit.RULE)
          @Max(value = PageLimit.MOST, message = PageLimit.RULE)
          int limit) {
    return Unis.of(
        rooms
            .of(room)
            .compose(
                partition ->
                    repository.present(
                        partition, room, after.map(MemberName::value).orElse(""), limit))
            .map(Answer::ok));
  }
}
