package penstock.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** What connections may do. */
@ConfigMapping(prefix = "penstock.http")
public interface HttpConfig {

  /** Where the framework's own is made before beans are. */
  String HEADER_TIMEOUT = "penstock.http.header-timeout";

  String HEADER_TIMEOUT_DEFAULT = "10s";

  String MAX_SILENT = "penstock.http.max-silent-connections";

  String MAX_SILENT_DEFAULT = "10000";

  /**
   * How long a new connection may take until the headers of its first request are there, and one
   * that was used before from the first byte of its next request; then it is ended, with 408 if
   * that is still possible. So that who sends them byte by byte does not hold connections.
   */
  @WithDefault(HEADER_TIMEOUT_DEFAULT)
  Duration headerTimeout();

  /**
   * How many connections may be there whose first request is not; of one more, that which has
   * waited longest is ended. Each takes a file descriptor and about 1 KB, with TLS more, and counts
   * for no other limit.
   */
  @WithDefault(MAX_SILENT_DEFAULT)
  @Min(1)
  int maxSilentConnections();
}
