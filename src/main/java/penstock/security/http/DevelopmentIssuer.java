package penstock.security.http;

import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.security.AuthConfig;
import penstock.security.DevelopmentKey;

/**
 * Gives a token to whoever asks, for the subject and the role that are asked for: {@code POST
 * /dev/token?subject=ann&role=agent}. Built in development only, where {@code
 * penstock.auth.mode=jwt} names no other issuer, and for this machine only.
 */
@IfBuildProfile("dev")
@ApplicationScoped
class DevelopmentIssuer {

  private static final Logger LOG = Logger.getLogger(DevelopmentIssuer.class);

  /** Before it is asked who calls: that is what is found out here. */
  private static final int PRIORITY = 260;

  private static final String PATH = "/dev/token";
  private static final Duration LIFE = Duration.ofHours(1);

  private final InstantSource clock = InstantSource.system();
  private final @Nullable DevelopmentKey key;

  @Inject
  DevelopmentIssuer(
      AuthConfig config,
      @ConfigProperty(name = "mp.jwt.verify.issuer") Optional<String> issuer,
      @ConfigProperty(name = DevelopmentKey.PROPERTY) Optional<String> encoded) {
    this.key =
        config.mode().filter(mode -> mode == AuthConfig.Mode.JWT).isPresent()
                && issuer.filter(DevelopmentKey.ISSUER::equals).isPresent()
            ? encoded.map(DevelopmentKey::new).orElse(null)
            : null;
  }

  void filter(@Observes Filters filters) {
    DevelopmentKey own = key;
    if (own != null) {
      LOG.warnf("a development issuer gives tokens to whoever asks: POST %s", PATH);
      filters.register(context -> handle(context, own), PRIORITY);
    }
  }

  private void handle(RoutingContext context, DevelopmentKey own) {
    HttpServerRequest request = context.request();
    if (request.method() != HttpMethod.POST || !PATH.equals(context.normalizedPath())) {
      context.next();
      return;
    }
    String subject = request.getParam("subject");
    String role = request.getParam("role");
    if (subject == null || subject.isBlank() || role == null || !isOwnMachine(request)) {
      context.response().setStatusCode(400).end();
      return;
    }
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(new JsonObject().put("token", token(own, subject, role)).encode());
  }

  private static boolean isOwnMachine(HttpServerRequest request) {
    SocketAddress remote = request.remoteAddress();
    String address = remote == null ? null : remote.hostAddress();
    return address != null && (address.startsWith("127.") || address.equals("0:0:0:0:0:0:0:1"));
  }

  private String token(DevelopmentKey own, String subject, String role) {
    long now = clock.instant().getEpochSecond();
    return own.sign(
        new JsonObject()
            .put("iss", DevelopmentKey.ISSUER)
            .put("sub", subject)
            .put("jti", UUID.randomUUID().toString())
            .put("groups", new JsonArray().add(role))
            .put("iat", now)
            .put("exp", now + LIFE.toSeconds())
            .encode());
  }
}
