package penstock.security.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What is kept of a token. */
final class TokenDigest {

  private static final String ALGORITHM = "SHA-256";

  private TokenDigest() {}

  static byte[] bytes(String token) {
    try {
      return MessageDigest.getInstance(ALGORITHM)
          .digest(token.getBytes(StandardCharsets.ISO_8859_1));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** To look it up by: a character for each byte. */
  static String text(String token) {
    return new String(bytes(token), StandardCharsets.ISO_8859_1);
  }
}
