package penstock.security.http;

import static penstock.problem.ProblemType.BODY_TOO_LARGE;
import static penstock.problem.ProblemType.INVALID_PARAMETER;
import static penstock.problem.ProblemType.MALFORMED_REQUEST;
import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.REQUEST_TIMEOUT;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.UNSUPPORTED_MEDIA_TYPE;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;
import static penstock.security.identity.Right.ADMIN;

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
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.http.Unis;
import penstock.problem.Raises;
import penstock.security.session.Revocations;

/** Takes tokens back before they expire. Runs on the request's event loop. */
@Tag(name = "callers")
@Raises({
  MALFORMED_REQUEST,
  INVALID_PARAMETER,
  REQUEST_TIMEOUT,
  BODY_TOO_LARGE,
  UNSUPPORTED_MEDIA_TYPE,
  TOO_BUSY,
  REDIS_UNAVAILABLE,
  WRONG_KEY_TYPE,
  OUTCOME_UNKNOWN
})
@Path("/revocations")
class RevocationResource {

  private final Revocations revocations;
  private final AuthBodyReceiver bodies;

  @Inject
  RevocationResource(Revocations revocations, AuthBodyReceiver bodies) {
    this.revocations = revocations;
    this.bodies = bodies;
  }

  /**
   * Takes back what the body names.
   *
   * @param request has the body, see {@link RevocationRequest}
   */
  @POST
  @Audited
  @Requires(value = ADMIN, all = true)
  @Operation(
      operationId = "revokeTokens",
      summary = "Take back a token, or all tokens of a subject",
      description =
          """
          On all instances, within a second: requests with them are answered with 401, the feeds, sessions and tickets that
          they opened end. A token of the subject that is made in a later second is good. It takes the right `admin` to all
          names. Works on a Redis that is full; may be repeated.
          """)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = RevocationRequest.class)))
  @APIResponse(responseCode = "204", description = "They are taken back.")
  public Uni<RestResponse<@Nullable Void>> revoke(@Context HttpServerRequest request) {
    return Unis.of(
        bodies
            .read(request, RevocationRequest::read)
            .compose(wanted -> revocations.revoke(wanted.kind(), wanted.name(), wanted.until()))
            .map(done -> RestResponse.noContent()));
  }
}
