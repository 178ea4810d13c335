package penstock.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What connections may do. */
@ConfigMapping(prefix = "penstock.http")
public interface HttpConfig {

  /** Where the framework's own is made before beans are. */
  String HEADER_TIMEOUT = "penstock.http.header-timeout";

  String HEADER_TIMEOUT_DEFAULT = "10s";

  /**
   * How long a new connection may take until the headers of its first request are there, and one
   * that was used before from the first byte of its next request; then it is ended, with 408 if
   * that is still possible. So that who sends them byte by byte does not hold connections.
   */
  @WithDefault(HEADER_TIMEOUT_DEFAULT)
  Duration headerTimeout();
}
