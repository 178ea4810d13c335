package penstock.sink.webhook;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a webhook is signed with, as Standard Webhooks serialises it: {@code whsec_} and the bytes
 * of a secret that the receiver has too (HMAC-SHA256), or {@code whsk_} and a private key of which
 * it has the public half (Ed25519). Never printed. Immutable; any thread.
 *
 * @see <a
 *     href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme">Standard
 *     Webhooks 1.0.0, signature scheme</a>
 */
sealed interface SigningKey {

  /** The signature with its version, as in {@code v1,...} */
  String sign(byte[] content);

  /**
   * Reads a key.
   *
   * @throws IllegalArgumentException that says what is wrong, and not what was given
   */
  static SigningKey parse(String text) {
    if (text.startsWith(Shared.PREFIX)) {
      byte[] secret = bytes(text.substring(Shared.PREFIX.length()));
      if (secret.length < Shared.LEAST || secret.length > Shared.MOST) {
        throw new IllegalArgumentException(
            "must have %d to %d bytes behind %s: one has %d"
                .formatted(Shared.LEAST, Shared.MOST, Shared.PREFIX, secret.length));
      }
      return new Shared(new SecretKeySpec(secret, Shared.ALGORITHM));
    }
    if (text.startsWith(Private.PREFIX)) {
      byte[] key = bytes(text.substring(Private.PREFIX.length()));
      if (key.length != Private.SEED && key.length != 2 * Private.SEED) {
        throw new IllegalArgumentException(
            "must have %d bytes behind %s, or %d with the public key: one has %d"
                .formatted(Private.SEED, Private.PREFIX, 2 * Private.SEED, key.length));
      }
      return Private.of(Arrays.copyOf(key, Private.SEED));
    }
    throw new IllegalArgumentException(
        "must begin with %s (HMAC-SHA256) or %s (Ed25519)"
            .formatted(Shared.PREFIX, Private.PREFIX));
  }

  private static byte[] bytes(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException broken) {
      // without its message, which shows a character of the secret
      throw new IllegalArgumentException("must be base64 (RFC 4648, section 4) behind the prefix");
    }
  }

  /** HMAC-SHA256. */
  final class Shared implements SigningKey {

    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";

    /** Bytes, as the specification has them. */
    private static final int LEAST = 24;

    private static final int MOST = 64;

    private final SecretKeySpec secret;

    private Shared(SecretKeySpec secret) {
      this.secret = secret;
    }

    @Override
    public String sign(byte[] content) {
      try {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(secret);
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(content));
      } catch (GeneralSecurityException impossible) {
        throw new IllegalStateException("every Java platform has " + ALGORITHM, impossible);
      }
    }
  }

  /** Ed25519. */
  final class Private implements SigningKey {

    private static final String PREFIX = "whsk_";
    private static final String ALGORITHM = "Ed25519";

    /** Bytes of what the key pair is derived from (RFC 8032, 5.1.5). */
    private static final int SEED = 32;

    private final PrivateKey key;

    private Private(PrivateKey key) {
      this.key = key;
    }

    private static Private of(byte[] seed) {
      try {
        return new Private(
            KeyFactory.getInstance(ALGORITHM)
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
      } catch (GeneralSecurityException impossible) {
        throw new IllegalStateException(
            "every Java platform since 15 has " + ALGORITHM, impossible);
      }
    }

    @Override
    public String sign(byte[] content) {
      try {
        Signature signature = Signature.getInstance(ALGORITHM);
        signature.initSign(key);
        signature.update(content);
        return "v1a," + Base64.getEncoder().encodeToString(signature.sign());
      } catch (InvalidKeyException impossible) {
        throw new IllegalStateException("the key was made for " + ALGORITHM, impossible);
      } catch (GeneralSecurityException impossible) {
        throw new IllegalStateException(
            "every Java platform since 15 has " + ALGORITHM, impossible);
      }
    }
  }
}
