package penstock.security;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How callers prove who they are, and what they may do. */
@ConfigMapping(prefix = "penstock.auth")
public interface AuthConfig {

  /**
   * Unset: only loopback is listened on, since everyone who reaches the service may do everything.
   */
  Optional<Mode> mode();

  /** The claim of a token that has the rights of who it is for. */
  @WithDefault("penstock")
  String claim();

  /** The claim of a token that has roles; names with slashes between them lead into an object. */
  @WithDefault("groups")
  String rolesClaim();

  /** What each role may do, as JSON in the language of rights. */
  Map<String, String> roles();

  /** What is open to who does not say who calls; set to nothing, nothing is. */
  @WithDefault("health,pages")
  Optional<Set<Openness>> open();

  /**
   * A longer token is refused unread: what is read of one before its signature is checked costs
   * something.
   */
  @WithDefault("8K")
  MemorySize maxTokenSize();

  /**
   * Tokens that are remembered as good, so that a signature is checked once and not for each
   * request; about 1 KB each.
   */
  @WithDefault("10000")
  int maxCachedTokens();

  /** The public keys of the issuer, with mode {@code jwt}. */
  Keys keys();

  /** The keys of callers, with mode {@code api-key}. */
  ApiKeys apiKeys();

  /** Where public keys come from is said by {@code mp.jwt.verify.publickey.location}. */
  interface Keys {

    /** How often they are read anew, so that one that was taken back is not taken for long. */
    @WithDefault("5m")
    Duration refresh();

    /**
     * How long they are good if they cannot be read anew; then tokens are answered with 503. Also
     * how long a good token is remembered at most.
     */
    @WithDefault("1h")
    Duration maxAge();

    /**
     * A token with a key that is not known has them read anew, but not more often than this: anyone
     * can send such tokens.
     */
    @WithDefault("10s")
    Duration retry();

    /** How long reading them may take. */
    @WithDefault("5s")
    Duration timeout();

    /** More bytes than this are no set of keys. */
    @WithDefault("256K")
    MemorySize maxSize();
  }

  /** A file that is mounted. */
  interface ApiKeys {

    /** Its path; each line has a name, the SHA-256 of a key in hex, and roles or rights. */
    Optional<String> file();

    /** How often it is looked whether the file is another. */
    @WithDefault("5s")
    Duration reload();
  }

  /** What is asked of a caller. */
  enum Mode {
    /**
     * Nothing: whoever reaches the service may do everything. For networks that keep others out.
     */
    NONE,
    /** A JSON Web Token, by keys that the configuration names. */
    JWT,
    /** A JSON Web Token of an OpenID Connect provider, which is discovered. */
    OIDC,
    /** One of the keys in a file. */
    API_KEY
  }

  /** What may be open. */
  enum Openness {
    /** Whether the service is alive, and ready. */
    HEALTH,
    /** Numbers for operators. */
    METRICS,
    /** The description of the API. */
    OPENAPI,
    /** The service's own pages, which have no data in them. */
    PAGES
  }

  /** Whether it is asked who calls. */
  static boolean isOn(AuthConfig config) {
    return config.mode().filter(mode -> mode != Mode.NONE).isPresent();
  }
}
