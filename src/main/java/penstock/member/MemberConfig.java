package penstock.member;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long members are present without a word. */
@ConfigMapping(prefix = "penstock.presence.ttl")
interface MemberConfig {

  /** What a heartbeat gets that does not say. */
  @WithDefault("30s")
  Duration fallback();

  /** A shorter one would be over before a slow network has delivered the next heartbeat. */
  @WithDefault("1s")
  Duration min();

  /** A longer one would keep those who will never come back. */
  @WithDefault("24h")
  Duration max();
}
