package penstock.security.token;

import io.quarkus.oidc.TenantIdentityProvider;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import penstock.problem.Problem;
import penstock.problem.ProblemType;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;

/**
 * Tells who a bearer token is of, in the way that the mode says. What was good is remembered, by
 * its digest, so that a signature is checked once. Any thread; no event loop waits.
 */
@Singleton
public class BearerTokens {

  /** Signatures being checked at a time: each takes a worker thread some 100 µs. */
  private static final int MAX_UNDER_WAY = 1_000;

  private final int maxLength;
  private final TokenCache cache;
  private final AtomicInteger underWay = new AtomicInteger();
  private final @Nullable TokenVerifier verifier;

  @Inject
  BearerTokens(
      Vertx vertx,
      AuthConfig config,
      CallerFactory callers,
      Instance<JWTParser> parser,
      Instance<JWTAuthContextInfo> settings,
      Instance<TenantIdentityProvider> provider,
      @ConfigProperty(name = "quarkus.oidc.token.lifespan-grace", defaultValue = "0") int grace) {
    this.maxLength = Math.toIntExact(config.maxTokenSize().asLongValue());
    this.cache =
        new TokenCache(config.maxCachedTokens(), config.keys().maxAge(), InstantSource.system());
    this.verifier =
        switch (config.mode().orElse(AuthConfig.Mode.NONE)) {
          case NONE, CERTIFICATE -> null;
          case JWT ->
              new JwtVerifier(
                  vertx, parser.get(), settings.get(), callers, config.keys(), cache::clear);
          case OIDC -> new OidcVerifier(provider.get(), callers, grace);
          case API_KEY -> new ApiKeyVerifier(vertx, config.apiKeys(), callers, cache::clear);
        };
    Duration least = Duration.ofMillis(1);
    if (config.keys().retry().compareTo(least) < 0
        || config.keys().timeout().compareTo(least) < 0
        || config.apiKeys().reload().compareTo(least) < 0) {
      throw new ConfigurationException(
          "penstock.auth.keys.retry, penstock.auth.keys.timeout and penstock.auth.api-keys.reload"
              + " must be positive.",
          Set.of("penstock.auth.keys.retry"));
    }
  }

  /** Who it is of; fails with a problem. Completed at once for one that is remembered. */
  public Future<Caller> caller(String token) {
    if (verifier == null) {
      return Future.failedFuture(Refusals.invalid("is not taken here: callers have certificates"));
    }
    if (token.length() > maxLength) {
      return Future.failedFuture(Refusals.invalid("has more than " + maxLength + " characters"));
    }
    String digest = TokenDigest.text(token);
    Caller known = cache.get(digest);
    if (known != null) {
      return Future.succeededFuture(known);
    }
    if (underWay.incrementAndGet() > MAX_UNDER_WAY) {
      underWay.decrementAndGet();
      return Future.failedFuture(
          Problem.passing(
                  ProblemType.TOO_BUSY,
                  "Too many tokens are being checked. Retry later.",
                  Duration.ofSeconds(1))
              .exception());
    }
    int epoch = cache.epoch();
    return verifier
        .verify(token)
        .onComplete(done -> underWay.decrementAndGet())
        .onSuccess(caller -> cache.put(digest, caller, epoch));
  }

  @PreDestroy
  void close() {
    switch (verifier) {
      case JwtVerifier jwt -> jwt.close();
      case ApiKeyVerifier keys -> keys.close();
      case null, default -> {}
    }
  }
}
