package penstock.security.http;

import static penstock.problem.ProblemType.BODY_TOO_LARGE;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.MALFORMED_REQUEST;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.REDIS_FULL;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.REQUEST_TIMEOUT;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;

import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.problem.Raises;
import penstock.security.session.Credential;
import penstock.security.session.Tickets;

/** Tickets for feeds. Runs on the request's event loop. */
@Tag(name = "callers")
@Raises({
  MALFORMED_REQUEST,
  INVALID_PARAMETER,
  REQUEST_TIMEOUT,
  BODY_TOO_LARGE,
  UNSUPPORTED_MEDIA_TYPE,
  TOO_BUSY,
  REDIS_UNAVAILABLE,
  REDIS_FULL,
  WRONG_KEY_TYPE,
  OUTCOME_UNKNOWN
})
@Path("/tickets")
class TicketResource {

  private final Callers callers;
  private final Tickets tickets;
  private final AuthBodyReceiver bodies;

  @Inject
  TicketResource(Callers callers, Tickets tickets, AuthBodyReceiver bodies) {
    this.callers = callers;
    this.tickets = tickets;
    this.bodies = bodies;
  }

  /**
   * Issues a ticket.
   *
   * @param request has the body, see {@link TicketRequest}
   */
  @POST
  @Requires(known = true)
  @Operation(
      operationId = "issueTicket",
      summary = "A ticket for one feed",
      description =
          """
          For clients that cannot send a token with the request for a feed, such as an `EventSource` of another site's page.
          It opens the feed once, with the caller's rights, within `penstock.auth.tickets.life`, on any instance. To connect
          again takes another.
          """)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = TicketRequest.class)))
  public Uni<RestResponse<TicketAnswer>> issue(@Context HttpServerRequest request) {
    Credential credential = callers.credential();
    credential.requireToken();
    return Unis.of(
        bodies
            .read(request, TicketRequest::read)
            .compose(wanted -> tickets.issue(credential, wanted.path()))
            .map(TicketAnswer::of)
            .map(Answer::ok));
  }
}
