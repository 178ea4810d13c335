package penstock.security;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Refuses a start that would open the service to a network without a decision on who may use it.
 */
@ApplicationScoped
class StartupExposureCheck {

  private static final Logger LOG = Logger.getLogger(StartupExposureCheck.class);

  private final AuthConfig config;
  private final String host;

  @Inject
  StartupExposureCheck(AuthConfig config, @ConfigProperty(name = "quarkus.http.host") String host) {
    this.config = config;
    this.host = host;
  }

  /**
   * Before anything else is started: the server opens its port only when all observers have
   * returned.
   */
  void check(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
    if (config.mode().isEmpty()) {
      if (!isLoopback(host)) {
        throw new ConfigurationException(
            "quarkus.http.host="
                + host
                + " opens the service to the network, and penstock.auth.mode is not set. Set"
                + " penstock.auth.mode=none (PENSTOCK_AUTH_MODE=none) if everyone who can reach it"
                + " may do everything, or leave quarkus.http.host alone to listen on loopback"
                + " only.",
            Set.of("penstock.auth.mode"));
      }
      LOG.infof(
          "auth undecided: mode=unset host=%s; only this machine can reach the service", host);
    } else if (AuthConfig.isOn(config)) {
      LOG.infof(
          "auth on: mode=%s host=%s open=%s",
          config.mode().get(), host, config.open().orElse(Set.of()));
    } else {
      LOG.infof("auth off: mode=none host=%s; whoever reaches the service may do everything", host);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
