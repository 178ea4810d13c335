package penstock.security.identity;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.http.Namespace;

/**
 * Who calls: what is known of the sender of a request, and what that one may do. Immutable; shared
 * by all requests with one token.
 *
 * @param subject what the issuer calls it
 * @param space what the names stand for that it uses; {@link Namespace#NONE} without a tenant
 * @param tokenId the token's own name, by which it can be revoked; null if it has none
 * @param issuedAt when the token was made; null if that is not said
 * @param expires from when on it is refused; {@link Instant#MAX} for never
 * @param session the digest of the browser's session that the token is kept by; null if it was
 *     presented itself
 */
public record Caller(
    Type type,
    String subject,
    Namespace space,
    Claims claims,
    Rights rights,
    @Nullable String tokenId,
    @Nullable Instant issuedAt,
    Instant expires,
    @Nullable String session) {

  /** Of every request where nobody is asked who calls. */
  public static final Caller UNKNOWN = nobody(Rights.ALL);

  /** Who did not say who calls, where that is asked. */
  public static final Caller ANONYMOUS = nobody(Rights.NONE);

  /**
   * What kind of principal it is, in the words of CloudEvents' Auth Context.
   *
   * @see <a
   *     href="https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/authcontext.md">Auth
   *     Context</a>
   */
  public enum Type {
    UNAUTHENTICATED("unauthenticated"),
    /** A token does not say whether it is a person's or a program's. */
    TOKEN("unknown"),
    API_KEY("api_key"),
    /** Of a program, as a rule, but it does not say so. */
    CERTIFICATE("unknown");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  private static Caller nobody(Rights rights) {
    return new Caller(
        Type.UNAUTHENTICATED,
        "",
        Namespace.NONE,
        Claims.of(Map.of()),
        rights,
        null,
        null,
        Instant.MAX,
        null);
  }

  /** Whether it may see what is of the whole service, and of no name in it. */
  public boolean isOperator() {
    return space.isNone() && rights.has(Right.ADMIN);
  }

  /** The same by a session, which may end before the token does. */
  public Caller within(String session, Instant ends) {
    return new Caller(
        type,
        subject,
        space,
        claims,
        rights,
        tokenId,
        issuedAt,
        ends.isBefore(expires) ? ends : expires,
        session);
  }

  public boolean isAuthenticated() {
    return type != Type.UNAUTHENTICATED;
  }
}
