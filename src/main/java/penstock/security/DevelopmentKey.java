package penstock.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;

/**
 * The key of the issuer that there is in development only, made anew with each start: nothing that
 * it signed is good anywhere else. Both halves are settings, so that who signs and who verifies
 * have the same one, whichever class loader they are in.
 */
public final class DevelopmentKey {

  /** What its tokens say as {@code iss}. */
  public static final String ISSUER = "penstock-development";

  /** The property that has the private half, as SmallRye's own issuer of tokens reads it. */
  public static final String PROPERTY = "smallrye.jwt.sign.key";

  private static final String ALGORITHM = "RSA";
  private static final int BITS = 2048;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final PrivateKey key;

  /**
   * @param encoded the private half, PKCS 8 in Base64
   */
  public DevelopmentKey(String encoded) {
    try {
      key =
          KeyFactory.getInstance(ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(encoded)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A new one, as settings: its issuer, and both halves. */
  static Map<String, String> settings() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
      generator.initialize(BITS);
      KeyPair pair = generator.generateKeyPair();
      Base64.Encoder encoder = Base64.getEncoder();
      return Map.of(
          "mp.jwt.verify.issuer",
          ISSUER,
          "mp.jwt.verify.publickey",
          "-----BEGIN PUBLIC KEY-----"
              + encoder.encodeToString(pair.getPublic().getEncoded())
              + "-----END PUBLIC KEY-----",
          PROPERTY,
          encoder.encodeToString(pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * A token with these claims.
   *
   * @param claims JSON
   */
  public String sign(String claims) {
    try {
      String signed = part("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + part(claims);
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String part(String text) {
    return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
