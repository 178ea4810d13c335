package penstock.security.token;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.security.identity.Claims;

/**
 * What a signed token says of its signature, before that is checked (RFC 7515, 4). A header that
 * brings its own key or says where one is to be fetched is refused, whether anyone would heed it or
 * not, and so is one with parameters that must be understood.
 *
 * @param algorithm of the signature
 * @param keyId the name of the key; null if it is not said
 */
record TokenHeader(String algorithm, @Nullable String keyId) {

  private static final int PARTS = 3;
  private static final int MAX_HEADER = 1024;
  private static final int MAX_KEY_ID = 256;

  /** Parameters by which a sender would choose the key, or what the bytes mean. */
  private static final Set<String> REFUSED =
      Set.of("jwk", "jku", "x5u", "x5c", "crit", "zip", "b64", "epk", "enc");

  /**
   * Reads it off a token.
   *
   * @throws penstock.problem.ProblemException it is none that could be good
   */
  static TokenHeader of(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != PARTS) {
      throw Refusals.invalid("is no signed JSON Web Token");
    }
    for (String part : parts) {
      if (part.isEmpty()) {
        throw Refusals.invalid("has no signature");
      }
    }
    if (parts[0].length() > MAX_HEADER) {
      throw Refusals.invalid("has a header that is too long");
    }
    Claims header = read(parts[0], "header");
    for (String name : REFUSED) {
      if (header.get(name) != null) {
        throw Refusals.invalid("has a header with '" + name + "', which is not heeded here");
      }
    }
    if (!(header.get("alg") instanceof String algorithm)) {
      throw Refusals.invalid("does not say how it is signed");
    }
    Object keyId = header.get("kid");
    if (keyId != null && !(keyId instanceof String named && named.length() <= MAX_KEY_ID)) {
      throw Refusals.invalid("has a name for its key that cannot be one");
    }
    return new TokenHeader(algorithm, (String) keyId);
  }

  /** The claims of a token. To be trusted only once its signature was checked. */
  static Claims claims(String token) {
    return read(token.split("\\.", -1)[1], "payload");
  }

  private static Claims read(String part, String what) {
    try {
      return Claims.parse(Base64.getUrlDecoder().decode(part.getBytes(StandardCharsets.US_ASCII)));
    } catch (IllegalArgumentException broken) {
      throw Refusals.invalid("has a " + what + " that cannot be read");
    }
  }
}
