package penstock.member;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import penstock.problem.ProblemException;

/** How long a member may be said to stay without a further word. */
@Startup
@Singleton
public class TtlRule {

  private final MemberConfig config;

  @Inject
  TtlRule(MemberConfig config) {
    this.config = config;
    if (config.min().compareTo(Duration.ofMillis(1)) < 0
        || config.min().compareTo(config.fallback()) > 0
        || config.fallback().compareTo(config.max()) > 0) {
      throw new ConfigurationException(
          "penstock.presence.ttl.fallback: must lie between .min, which is at least 1ms, and .max",
          Set.of("penstock.presence.ttl.fallback"));
    }
  }

  /** The time to live that is asked for, or that is given without; a problem if it is none. */
  public Duration of(Optional<Duration> asked) {
    Duration ttl = asked.orElse(config.fallback());
    if (ttl.compareTo(config.min()) < 0 || ttl.compareTo(config.max()) > 0) {
      throw ProblemException.ofParameter(
          "ttl",
          "must be a duration such as 30s, 1500ms or PT5M, from %d ms to %d s"
              .formatted(config.min().toMillis(), config.max().toSeconds()));
    }
    return ttl;
  }
}
