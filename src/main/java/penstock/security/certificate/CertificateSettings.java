package penstock.security.certificate;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import penstock.security.AuthConfig;

/**
 * Has the server ask for certificates where the configuration says which of their names counts. It
 * asks, and does not insist: probes, and callers with tokens, have none. The framework's own
 * setting is fixed when the service is built, and browsers that own a certificate would be asked
 * for it.
 */
@Singleton
class CertificateSettings implements HttpServerOptionsCustomizer {

  private final AuthConfig config;
  private final TlsConfigurationRegistry registry;
  private final Optional<String> used;

  @Inject
  CertificateSettings(
      AuthConfig config,
      TlsConfigurationRegistry registry,
      @ConfigProperty(name = "quarkus.http.tls-configuration-name") Optional<String> used) {
    this.config = config;
    this.registry = registry;
    this.used = used;
  }

  private boolean areAskedFor() {
    return AuthConfig.isOn(config) && config.certificates().name().isPresent();
  }

  /** Without a store of its own the JDK's would vouch, and half the world's authorities with it. */
  void check(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
    boolean only = config.mode().filter(AuthConfig.Mode.CERTIFICATE::equals).isPresent();
    if (only && config.certificates().name().isEmpty()) {
      throw wrong(
          "must be set with penstock.auth.mode=certificate: common-name, dns or uri says which name"
              + " of a certificate counts");
    }
    if (!areAskedFor()) {
      return;
    }
    Optional<TlsConfiguration> tls =
        used.isPresent() ? registry.get(used.get()) : registry.getDefault();
    if (tls.filter(one -> one.getKeyStoreOptions() != null)
        .filter(one -> one.getTrustStoreOptions() != null)
        .isEmpty()) {
      throw wrong(
          "asks callers for certificates, which takes TLS and a trust store with the authorities"
              + " that vouch for them: set quarkus.tls.key-store and quarkus.tls.trust-store");
    }
  }

  private static ConfigurationException wrong(String rule) {
    String property = "penstock.auth.certificates.name";
    return new ConfigurationException(property + " " + rule + ".", Set.of(property));
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    if (areAskedFor()) {
      options.setClientAuth(ClientAuth.REQUEST);
    }
  }
}
