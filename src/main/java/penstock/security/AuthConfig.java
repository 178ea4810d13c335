package penstock.security;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** How callers prove who they are. */
@ConfigMapping(prefix = "penstock.auth")
public interface AuthConfig {

  /**
   * Unset: only loopback is listened on, since everyone who reaches the service may do everything.
   */
  Optional<Mode> mode();

  /** What is asked of a caller. */
  enum Mode {
    /**
     * Nothing: whoever reaches the service may do everything. For networks that keep others out.
     */
    NONE,
    /** A JSON Web Token. Not supported yet. */
    JWT
  }
}
