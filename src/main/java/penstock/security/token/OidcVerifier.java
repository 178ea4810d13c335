package penstock.security.token;

import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.oidc.TenantIdentityProvider;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jboss.logging.Logger;
import penstock.problem.ReportedFailure;
import penstock.security.identity.Caller;
import penstock.security.identity.Claims;

/**
 * Verifies tokens by the keys of an OpenID Connect provider, which {@code quarkus.oidc} discovers.
 * Tokens are verified here and never sent to the provider.
 */
final class OidcVerifier implements TokenVerifier {

  private static final Logger LOG = Logger.getLogger(OidcVerifier.class);

  private final TenantIdentityProvider provider;
  private final CallerFactory callers;
  private final long skew;

  /**
   * @param skew by which clocks may differ, in seconds
   */
  OidcVerifier(TenantIdentityProvider provider, CallerFactory callers, long skew) {
    this.provider = provider;
    this.callers = callers;
    this.skew = skew;
  }

  @Override
  public Future<Caller> verify(String token) {
    Claims claims;
    try {
      if (TokenHeader.of(token).algorithm().startsWith("HS")) {
        throw Refusals.invalid("is signed by an algorithm that is not accepted here");
      }
      claims = TokenHeader.claims(token);
    } catch (RuntimeException refused) {
      return Future.failedFuture(refused);
    }
    Promise<Caller> done = Promise.promise();
    Uni.createFrom()
        .deferred(() -> provider.authenticate(new AccessTokenCredential(token)))
        .map(verified -> callers.ofToken(claims, skew))
        .subscribe()
        .with(done::tryComplete, failure -> done.tryFail(refusal(failure)));
    return done.future();
  }

  private static Throwable refusal(Throwable failure) {
    if (failure instanceof AuthenticationFailedException) {
      LOG.debugf("token refused: reason=%s", failure.getMessage());
      return Refusals.invalid(
          "is not signed by its issuer, is of another issuer or for another audience, or is not"
              + " valid at this time");
    }
    if (failure instanceof ReportedFailure) {
      return failure;
    }
    LOG.warnf("provider unavailable: reason=%s", failure.getMessage());
    return Refusals.unavailable("The OpenID Connect provider cannot be reached at present.");
  }
}
