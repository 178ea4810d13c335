package penstock.security;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
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

  /**
   * The claim of a token that has the tenant: all names that its caller uses are that tenant's.
   * Names with slashes between them lead into an object. Not set: tokens have no tenant.
   */
  Optional<String> tenantClaim();

  /**
   * Whether a token without that claim, or a certificate without that part, is refused, unless it
   * has the right {@code admin} to all names: else one that the issuer forgot it in would reach
   * what is no tenant's.
   */
  @WithDefault("true")
  boolean tenantRequired();

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

  /** All bodies of requests for tickets and revocations that are held in memory; then 429. */
  @WithDefault("1M")
  MemorySize maxBuffered();

  /** How long such a request may take to arrive. */
  @WithDefault("10s")
  Duration bodyTimeout();

  /** What browsers get in the place of a token. */
  Session session();

  /** What opens one feed, once. */
  Tickets tickets();

  /** Tokens that are taken back before they expire. */
  Revocations revocations();

  /** A cookie, by which a token is found that is kept for it. */
  interface Session {

    /** A session ends with its token, and after this time at the latest, as with a key. */
    @WithDefault("12h")
    Duration maxAge();

    /** To whom browsers send the cookie. */
    @WithDefault("strict")
    SameSite sameSite();

    /**
     * With more, the one that would end first ends. Ten times as many begin in ten minutes; then
     * 429. A session is about 1.5 KB of Redis, and one that ended, for ten minutes, about 200 bytes
     * of Redis and of each instance.
     */
    @WithDefault("100")
    @Min(1)
    @Max(10_000)
    int maxPerCaller();
  }

  /** Each is for one feed. */
  interface Tickets {

    /** How long one is good if it is not used: the time to connect. */
    @WithDefault("30s")
    Duration life();

    /** Within a ticket's life; with more, the oldest goes. Unused, one is about 1.5 KB of Redis. */
    @WithDefault("1000")
    @Min(1)
    @Max(100_000)
    int maxPerCaller();
  }

  /** They are kept in Redis, and by each instance in memory: about 200 bytes each. */
  interface Revocations {

    /** How long one stands if it is not said: no less than any token is good for. */
    @WithDefault("30d")
    Duration keep();

    /** With so many, a further one is refused with 429. */
    @WithDefault("100000")
    @Min(1)
    @Max(10_000_000)
    int most();
  }

  /** As browsers have it. */
  enum SameSite {
    /** Pages of the service's own site only, and not who comes by a link from another. */
    STRICT,
    /** Also who comes by a link from another site. */
    LAX,
    /** Pages of any site; those of {@code penstock.cors.origins} need this. */
    NONE
  }

  /** The certificates of callers, beside what the mode asks for. */
  Certificates certificates();

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

  /**
   * They must be trusted by {@code quarkus.tls.trust-store}, or that of the configuration that HTTP
   * uses. A token, if there is one, is what counts.
   */
  interface Certificates {

    /** Which of its names says whose it is. Unset, callers are not asked for certificates. */
    Optional<CertificateName> name();

    /**
     * Which part of its subject says of which tenant its caller is; it must have exactly one of it.
     * Unset, callers known by certificates have no tenant.
     */
    Optional<SubjectPart> tenant();

    /** Of each role, the names that have it; one that ends with a star stands for what follows. */
    Map<String, Set<String>> roles();
  }

  /** A kind of name in a certificate; there must be exactly one of it. */
  enum CertificateName {
    /** The subject's {@code CN}. */
    COMMON_NAME,
    /** An alternative name of a host. */
    DNS,
    /** An alternative name that is a URI, such as a SPIFFE id. */
    URI
  }

  /** A part of a certificate's subject. */
  enum SubjectPart {
    /** {@code CN}. */
    COMMON_NAME,
    /** {@code O}. */
    ORGANIZATION,
    /** {@code OU}. */
    ORGANIZATIONAL_UNIT
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
    API_KEY,
    /** A certificate, and nothing else. */
    CERTIFICATE
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

  /** Whether callers may have tenants. */
  static boolean hasTenants(AuthConfig config) {
    return isOn(config)
        && (config.tenantClaim().isPresent()
            || config.certificates().tenant().isPresent()
            || config.mode().equals(Optional.of(Mode.API_KEY)));
  }

  /** Whether it is asked who calls. */
  static boolean isOn(AuthConfig config) {
    return config.mode().filter(mode -> mode != Mode.NONE).isPresent();
  }
}
