package penstock.security.token;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.jspecify.annotations.Nullable;

/**
 * A public key of an issuer.
 *
 * @param id its name; null if it has none
 * @param algorithm the only one that it is for; null if that is not said
 */
record SigningKey(@Nullable String id, @Nullable String algorithm, PublicKey key) {

  /** RFC 7518, 3.3. */
  private static final int LEAST_RSA_BITS = 2048;

  /** Whether the kind of key is that of the algorithm, and it is strong enough. */
  boolean isFor(SignatureAlgorithm wanted) {
    String name = wanted.getAlgorithm();
    if (algorithm != null && !algorithm.equals(name)) {
      return false;
    }
    return switch (key) {
      case RSAPublicKey rsa ->
          (name.startsWith("RS") || name.startsWith("PS"))
              && rsa.getModulus().bitLength() >= LEAST_RSA_BITS;
      case ECPublicKey ec -> name.startsWith("ES");
      case EdECPublicKey ed -> name.equals("EdDSA");
      default -> false;
    };
  }
}
