package penstock.security;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which pages of other origins may use the service from a browser. */
@ConfigMapping(prefix = "penstock.cors")
public interface CorsConfig {

  /**
   * The origins, as browsers send them: scheme, host and, unless it is the scheme's own, port, such
   * as {@code https://shop.example}. {@code *} stands for all, and needs {@code credentials=false}.
   * Unset: only pages of the service's own origin.
   */
  Optional<List<String>> origins();

  /** Whether those pages may send cookies and client certificates along. */
  @WithDefault("true")
  boolean credentials();

  /**
   * How long a browser may remember what a preflight answered; browsers have bounds of their own.
   */
  @WithDefault("1h")
  Duration maxAge();
}
