package penstock.security.token;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.security.AuthConfig;
import penstock.security.identity.Caller;
import penstock.security.identity.Claims;

/**
 * Verifies tokens by the keys that {@code mp.jwt.verify.publickey} or its {@code .location} names.
 * Signature, issuer, audience and times are checked by SmallRye JWT; which key it uses is found
 * here, since its own way of fetching keys blocks, has no bound of size, and cannot tell a key that
 * is unknown from an issuer that is away.
 */
final class JwtVerifier implements TokenVerifier {

  private static final Logger LOG = Logger.getLogger(JwtVerifier.class);

  private static final String ALGORITHM = "mp.jwt.verify.publickey.algorithm";
  private static final String LOCATION = "mp.jwt.verify.publickey.location";
  private static final String ISSUER = "mp.jwt.verify.issuer";
  private static final String SKEW = "mp.jwt.verify.clock.skew";

  /** What RFC 7519, 4.1.4 calls a small leeway, usually no more than a few minutes. */
  private static final int MOST_SKEW_SECONDS = 300;

  /** How often it is looked whether keys are to be read anew, which is then decided. */
  private static final long TICK_MILLIS = 1_000;

  private final Vertx vertx;
  private final JWTParser parser;
  private final JWTAuthContextInfo settings;
  private final CallerFactory callers;
  private final KeySetFetcher fetcher;
  private final SigningKeys keys;
  private final long timer;

  /**
   * @param onRemoval is run when a key is not good any more
   */
  JwtVerifier(
      Vertx vertx,
      JWTParser parser,
      JWTAuthContextInfo settings,
      CallerFactory callers,
      AuthConfig.Keys config,
      Runnable onRemoval) {
    check(settings);
    this.vertx = vertx;
    this.parser = parser;
    this.settings = settings;
    this.callers = callers;
    this.fetcher = new KeySetFetcher(vertx, settings, config);
    this.keys =
        new SigningKeys(
            fetcher::fetch,
            fetcher.place(),
            settings.getSignatureAlgorithm(),
            config.refresh(),
            config.maxAge(),
            config.retry(),
            System::nanoTime,
            onRemoval);
    keys.refresh();
    this.timer = vertx.setPeriodic(TICK_MILLIS, tick -> keys.refresh());
  }

  private static void check(JWTAuthContextInfo settings) {
    Set<SignatureAlgorithm> algorithms = settings.getSignatureAlgorithm();
    if (algorithms == null || algorithms.isEmpty()) {
      settings.setSignatureAlgorithm(Set.of(SignatureAlgorithm.RS256));
    } else if (algorithms.stream().anyMatch(one -> one.name().startsWith("HS"))) {
      throw wrong(
          ALGORITHM,
          "must not be one of a shared secret (HS...): who can verify such a token can make it");
    }
    if (blank(settings.getPublicKeyContent()) && blank(settings.getPublicKeyLocation())) {
      throw wrong(LOCATION, "must be set with penstock.auth.mode=jwt: where the issuer's keys are");
    }
    String issuer = settings.getIssuedBy();
    if (issuer == null || issuer.isBlank() || issuer.equals("NONE")) {
      throw wrong(ISSUER, "must be set with penstock.auth.mode=jwt: the iss of good tokens");
    }
    if (settings.getClockSkew() < 0 || settings.getClockSkew() > MOST_SKEW_SECONDS) {
      throw wrong(SKEW, "must be from 0 to " + MOST_SKEW_SECONDS + " seconds");
    }
    if (settings.getExpectedAudience() == null || settings.getExpectedAudience().isEmpty()) {
      LOG.warnf(
          "no audience: a token that %s made for any other service is good here, too. Set"
              + " mp.jwt.verify.audiences if it can.",
          issuer);
    }
    String location = settings.getPublicKeyLocation();
    if (location != null && location.startsWith("http://")) {
      LOG.warnf("keys come unprotected: whoever is between here and %s can change them", location);
    }
  }

  private static boolean blank(@Nullable String text) {
    return text == null || text.isBlank() || text.equals("NONE");
  }

  private static ConfigurationException wrong(String property, String rule) {
    return new ConfigurationException(property + " " + rule + ".", Set.of(property));
  }

  @Override
  public Future<Caller> verify(String token) {
    TokenHeader header;
    try {
      header = TokenHeader.of(token);
    } catch (RuntimeException refused) {
      return Future.failedFuture(refused);
    }
    return keys.find(header)
        .compose(key -> vertx.executeBlocking(() -> verify(token, key), false))
        // Vert.x lets blocking code answer null, which this does not
        .map(Objects::requireNonNull);
  }

  private Caller verify(String token, SigningKey key) {
    // strictly, before the library reads them, which is less strict
    Claims claims = TokenHeader.claims(token);
    var own = new JWTAuthContextInfo(settings);
    own.setPublicKeyContent(null);
    own.setPublicKeyLocation(null);
    own.setPublicVerificationKey(key.key());
    try {
      parser.parse(token, own);
    } catch (ParseException refused) {
      LOG.debugf("token refused: reason=%s", refused.getMessage());
      throw Refusals.invalid(
          "is not signed by its issuer, is of another issuer or for another audience, or is not"
              + " valid at this time");
    }
    return callers.ofToken(claims, own.getClockSkew());
  }

  void close() {
    vertx.cancelTimer(timer);
    fetcher.close();
  }
}
