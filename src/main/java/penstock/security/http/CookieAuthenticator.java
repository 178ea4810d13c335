package penstock.security.http;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.security.session.Credential;
import penstock.security.session.Secret;
import penstock.security.session.Sessions;

/** By the cookie of a session, if the request comes from a page that may use it. */
@Singleton
class CookieAuthenticator implements Authenticator {

  private final Sessions sessions;
  private final OriginRule origins;

  @Inject
  CookieAuthenticator(Sessions sessions, OriginRule origins) {
    this.sessions = sessions;
    this.origins = origins;
  }

  @Override
  public @Nullable Future<Credential> authenticate(RoutingContext context) {
    String cookie = SessionCookie.of(context.request());
    if (cookie == null || cookie.isEmpty()) {
      return null;
    }
    if (!origins.admits(context.request())) {
      return Future.failedFuture(OriginRule.refusal("the cookie of a session"));
    }
    Secret secret = Secret.parse(cookie);
    return secret == null
        ? Future.failedFuture(
            ProblemException.of(ProblemType.INVALID_TOKEN, "The cookie is none of a session."))
        : sessions.find(secret);
  }

  @Override
  public int rank() {
    return 2;
  }
}
