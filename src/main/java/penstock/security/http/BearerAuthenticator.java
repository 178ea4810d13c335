package penstock.security.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.security.session.Credential;
import penstock.security.token.BearerTokens;

/** By {@code Authorization: Bearer}, and by nothing else (RFC 6750, 2.1). */
@Singleton
class BearerAuthenticator implements Authenticator {

  private static final String SCHEME = "Bearer ";

  private final BearerTokens tokens;

  @Inject
  BearerAuthenticator(BearerTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public @Nullable Future<Credential> authenticate(RoutingContext context) {
    List<String> given = context.request().headers().getAll(HttpHeaders.AUTHORIZATION);
    if (given.isEmpty()) {
      return null;
    }
    String header = given.getFirst();
    if (given.size() > 1 || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Future.failedFuture(
          ProblemException.of(
              ProblemType.INVALID_TOKEN,
              "There must be one header Authorization, with the scheme Bearer."));
    }
    String token = header.substring(SCHEME.length()).strip();
    return tokens.caller(token).map(caller -> new Credential(caller, token, null));
  }

  @Override
  public int rank() {
    return 0;
  }
}
