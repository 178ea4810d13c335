package penstock.security.certificate;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.security.AuthConfig;
import penstock.security.AuthConfig.CertificateName;
import penstock.security.AuthConfig.SubjectPart;
import penstock.security.http.Authenticator;
import penstock.security.http.OriginRule;
import penstock.security.identity.AllowedValues;
import penstock.security.identity.Caller;
import penstock.security.session.Credential;
import penstock.security.token.CallerFactory;

/**
 * By the certificate that the connection was made with, where no token says otherwise. Who it is of
 * is found out once a session of TLS and kept there; a session can outlive the certificate, so that
 * its time is looked at for each request. Made at start, so that roles that nobody has are refused
 * there.
 */
@Singleton
@Startup(Interceptor.Priority.PLATFORM_BEFORE)
class CertificateAuthenticator implements Authenticator {

  private static final String CALLER = "penstock.caller";

  private final @Nullable CertificateName kind;
  private final @Nullable SubjectPart tenant;
  private final Map<String, AllowedValues> roles = new HashMap<>();
  private final CallerFactory callers;
  private final OriginRule origins;
  private final InstantSource clock;

  @Inject
  CertificateAuthenticator(AuthConfig config, CallerFactory callers, OriginRule origins) {
    this.kind = config.certificates().name().orElse(null);
    this.tenant = config.certificates().tenant().orElse(null);
    this.callers = callers;
    this.origins = origins;
    this.clock = InstantSource.system();
    config
        .certificates()
        .roles()
        .forEach((role, names) -> roles.put(role, AllowedValues.ofPatterns(names)));
    try {
      callers.requireRoles(roles.keySet());
    } catch (IllegalArgumentException unknown) {
      throw new ConfigurationException(
          "penstock.auth.certificates.roles: " + unknown.getMessage() + " in penstock.auth.roles.",
          Set.of("penstock.auth.certificates.roles"));
    }
  }

  @Override
  public @Nullable Future<Credential> authenticate(RoutingContext context) {
    CertificateName counts = kind;
    if (counts == null) {
      return null;
    }
    SSLSession session = context.request().sslSession();
    if (session == null || context.request().headers().contains(HttpHeaderNames.AUTHORIZATION)) {
      return null;
    }
    Caller caller = session.getValue(CALLER) instanceof Caller known ? known : null;
    if (caller == null) {
      X509Certificate certificate = certificate(session);
      if (certificate == null) {
        return null;
      }
      String name = CertificateNameReader.read(certificate, counts);
      if (name == null) {
        return refused("has not exactly one name of the kind that counts here: " + counts);
      }
      try {
        caller = caller(name, certificate);
      } catch (ProblemException refused) {
        return Future.failedFuture(refused);
      }
      session.putValue(CALLER, caller);
    }
    if (origins.isForeign(context.request())) {
      return Future.failedFuture(OriginRule.refusal("a certificate"));
    }
    return clock.instant().isBefore(caller.expires())
        ? Future.succeededFuture(new Credential(caller, "", null))
        : refused("is out of date");
  }

  @Override
  public int rank() {
    return 3;
  }

  private static @Nullable X509Certificate certificate(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own ? own : null;
    } catch (SSLPeerUnverifiedException none) {
      return null;
    }
  }

  private Caller caller(String name, X509Certificate certificate) {
    List<String> has =
        roles.entrySet().stream()
            .filter(role -> role.getValue().admits(name))
            .map(Map.Entry::getKey)
            .toList();
    return callers.ofCertificate(
        name,
        tenant == null ? null : CertificateNameReader.read(certificate, tenant),
        has,
        certificate.getNotAfter().toInstant());
  }

  private static Future<Credential> refused(String reason) {
    return Future.failedFuture(
        ProblemException.of(ProblemType.INVALID_TOKEN, "The certificate " + reason + "."));
  }
}
