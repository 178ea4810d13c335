package penstock.audit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import penstock.security.AuthConfig;

/** Who did what is written down. */
@ConfigMapping(prefix = "penstock.audit")
interface AuditConfig {

  /** Unset: wherever it is asked who calls. */
  Optional<Boolean> enabled();

  /**
   * Records that wait for Redis, about 1 KB each. With so many, further ones are in the log only,
   * and counted.
   */
  @WithDefault("1000")
  @Min(1)
  @Max(100_000)
  int maxQueued();

  /**
   * The time that the two bounds are for. At its end a record says how many there were beside those
   * that were written down, and how often callers could not say who they are.
   */
  @WithDefault("1m")
  Duration window();

  /**
   * Requests refused or failed that are written down one by one in a window: anybody can send them.
   */
  @WithDefault("100")
  @Min(0)
  @Max(10_000)
  int maxRefused();

  /** Operations done that are written down one by one in a window. */
  @WithDefault("1000")
  @Min(1)
  @Max(10_000)
  int maxDone();

  /** Whether it is on. */
  static boolean isOn(AuditConfig config, AuthConfig auth) {
    return config.enabled().orElse(AuthConfig.isOn(auth));
  }
}
