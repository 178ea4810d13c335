package penstock.security.http;

import static penstock.problem.ProblemType.OUTCOME_UNKNOWN;
import static penstock.problem.ProblemType.REDIS_FULL;
import static penstock.problem.ProblemType.REDIS_UNAVAILABLE;
import static penstock.problem.ProblemType.TOO_BUSY;
import static penstock.problem.ProblemType.WRONG_KEY_TYPE;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import penstock.http.Answer;
import penstock.http.Unis;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Raises;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;
import penstock.security.session.Credential;
import penstock.security.session.Secret;
import penstock.security.session.Sessions;

/** The session of a browser. Runs on the request's event loop. */
@Tag(name = "callers")
@Path("/session")
class SessionResource {

  private static final String SET_COOKIE = "Set-Cookie";

  private final Callers callers;
  private final Sessions sessions;
  private final AuthConfig.Session config;

  @Inject
  SessionResource(Callers callers, Sessions sessions, AuthConfig config) {
    this.callers = callers;
    this.sessions = sessions;
    this.config = config.session();
  }

  @GET
  @Requires(known = true)
  @Operation(operationId = "describeSession", summary = "Who calls")
  public Uni<RestResponse<SessionStatus>> status() {
    Caller caller = callers.credential().caller();
    return Uni.createFrom().item(Answer.ok(SessionStatus.of(caller, caller.expires())));
  }

  @POST
  @Requires(known = true)
  @Operation(
      operationId = "beginSession",
      summary = "A cookie in the place of the request's token",
      description =
          """
          For browsers, whose `EventSource` sends no token. The cookie is `HttpOnly`, and `Secure` unless the host is the
          browser's own machine; requests with it must come from a page of the service. The session lasts as long as the
          token, at most `penstock.auth.session.max-age`. The session of the cookie that comes with the request, if any,
          ends.
          """)
  @APIResponse(responseCode = "200", description = "The cookie comes with it.")
  @Raises({TOO_BUSY, REDIS_UNAVAILABLE, REDIS_FULL, WRONG_KEY_TYPE, OUTCOME_UNKNOWN})
  public Uni<RestResponse<SessionStatus>> begin(@Context HttpServerRequest request) {
    Credential credential = callers.credential();
    credential.requireToken();
    if (credential.session() != null) {
      throw ProblemException.of(
          ProblemType.UNAUTHENTICATED, "A session begins with a token, not with a session.");
    }
    Secret old = named(request);
    return Unis.of(
        sessions
            .begin(credential.token(), credential.caller())
            .compose(
                session ->
                    old == null ? Future.succeededFuture(session) : sessions.end(old).map(session))
            .map(
                session ->
                    Answer.now(SessionStatus.of(credential.caller(), session.expires()))
                        .header(
                            SET_COOKIE,
                            SessionCookie.set(
                                request, session.secret(), session.life(), config.sameSite()))
                        .build()));
  }

  private static @Nullable Secret named(HttpServerRequest request) {
    String cookie = SessionCookie.of(request);
    return cookie == null ? null : Secret.parse(cookie);
  }

  @DELETE
  @Requires(known = true)
  @Operation(
      operationId = "endSession",
      summary = "End the session of the request's cookie",
      description =
          """
          On all instances: the cookie is worth nothing any more, and the feeds that were opened by it end within a second.
          Without such a cookie nothing is done.
          """)
  @APIResponse(responseCode = "204", description = "There is no such session.")
  @Raises({TOO_BUSY, REDIS_UNAVAILABLE, WRONG_KEY_TYPE, OUTCOME_UNKNOWN})
  public Uni<RestResponse<@Nullable Void>> end(@Context HttpServerRequest request) {
    Secret session = named(request);
    Future<Void> ended = session == null ? Future.succeededFuture() : sessions.end(session);
    return Unis.of(
        ended.map(
            gone ->
                RestResponse.ResponseBuilder.<@Nullable Void>create(RestResponse.Status.NO_CONTENT)
                    .header(SET_COOKIE, SessionCookie.unset(request, config.sameSite()))
                    .build()));
  }
}
