package penstock.sink.http;

import static penstock.problem.ProblemType.CURSOR_GONE;
import static penstock.problem.ProblemType.INVALID_CURSOR;
import static penstock.problem.ProblemType.INVALID_NAME;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNKNOWN_SINK;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.ADMIN;
import static penstock.security.identity.Right.SINK;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Accepted;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.problem.ProblemException;
import penstock.problem.Raises;
import penstock.security.http.Audited;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.identity.Rights;
import penstock.sink.SinkName;
import penstock.sink.Sinks;

/** The sinks that there are. Runs on the request's event loop. */
@Tag(name = "sinks")
@Raises({TOO_BUSY, REDIS_UNAVAILABLE, WRONG_KEY_TYPE, OUTCOME_UNKNOWN})
@Path("/sinks")
class SinkResource {

  private static final String SOON = "It is done soon, by the instances that work the sink.";

  private final Sinks sinks;
  private final SinkDescription description;
  private final SinkOperations operations;
  private final Callers callers;

  @Inject
  SinkResource(
      Sinks sinks, SinkDescription description, SinkOperations operations, Callers callers) {
    this.sinks = sinks;
    this.description = description;
    this.operations = operations;
    this.callers = callers;
  }

  @GET
  @Requires(value = SINK, any = true)
  @Operation(operationId = "listSinks", summary = "All sinks that one may see, and how they are")
  public Uni<RestResponse<SinkList>> list() {
    Rights rights = callers.current().rights();
    return Unis.of(
        description
            .all()
            .map(all -> all.only(name -> rights.has(SINK, name) || rights.has(ADMIN, name)))
            .map(Answer::ok));
  }

  @GET
  @Path("{sink}")
  @Requires(value = SINK, path = "sink")
  @Operation(
      operationId = "describeSink",
      summary = "How far a sink has delivered its stream, and what is in its way")
  @Raises({INVALID_NAME, UNKNOWN_SINK})
  public Uni<RestResponse<SinkStatus>> status(@RestPath("sink") SinkName sink) {
    return Unis.of(description.of(sinks.find(sink)).map(Answer::ok));
  }

  @POST
  @Path("{sink}/pause")
  @Audited
  @Requires(value = SINK, path = "sink")
  @Operation(
      operationId = "pauseSink",
      summary = "Deliver nothing until it is resumed",
      description =
          """
          What is with the receiver is waited for, a few seconds. Retention keeps what the sink has not delivered.
          """)
  @APIResponse(
      responseCode = "202",
      description = SOON,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = Accepted.class)))
  @Raises({INVALID_NAME, UNKNOWN_SINK})
  public Uni<RestResponse<Accepted>> pause(@RestPath("sink") SinkName sink) {
    return accepted(operations.pause(sinks.find(sink)));
  }

  @POST
  @Path("{sink}/resume")
  @Audited
  @Requires(value = SINK, path = "sink")
  @Operation(
      operationId = "resumeSink",
      summary = "Go on with what is not delivered, after a pause or a stop")
  @APIResponse(
      responseCode = "202",
      description = SOON,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = Accepted.class)))
  @Raises({INVALID_NAME, UNKNOWN_SINK})
  public Uni<RestResponse<Accepted>> resume(@RestPath("sink") SinkName sink) {
    return accepted(operations.resume(sinks.find(sink)));
  }

  @POST
  @Path("{sink}/replay")
  @Audited
  @Requires(value = SINK, path = "sink")
  @Operation(
      operationId = "replaySink",
      summary = "Deliver a range of events again, then go on",
      description =
          """
          Each comes with the delivery id that it had. New events wait until the range is through. Of what the sink has not
          read yet nothing is replayed, since it will come anyway.
          """)
  @APIResponse(
      responseCode = "202",
      description = SOON,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = Accepted.class)))
  @Raises({INVALID_NAME, UNKNOWN_SINK, INVALID_PARAMETER, INVALID_CURSOR, CURSOR_GONE})
  public Uni<RestResponse<Accepted>> replay(
      @RestPath("sink") SinkName sink,
      @RestQuery("from")
          @Parameter(
              description =
                  "Where the range begins: behind a cursor, or with what was appended at a time or later. Required.",
              schema = @Schema(ref = "ReplayPoint"))
          Optional<ReplayPoint> from,
      @RestQuery("to")
          @Parameter(
              description =
                  "Where it ends: at a cursor, or with what was appended before a time. Without it, where the sink is.",
              schema = @Schema(ref = "ReplayPoint"))
          Optional<ReplayPoint> to) {
    ReplayPoint begin = from.orElseThrow(() -> ProblemException.ofParameter("from", "is required"));
    return accepted(
        operations.replay(sinks.find(sink), begin.position(), to.map(ReplayPoint::position)));
  }

  private static Uni<RestResponse<Accepted>> accepted(Future<Void> asked) {
    return Unis.of(asked.map(noted -> Answer.accepted(new Accepted())));
  }
}
