package penstock.security.session;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * 256 random bits. Whoever has them finds a record by their digest, and can read it; from the
 * digest, or the record, nobody gets them.
 */
public final class Secret {

  private static final int LENGTH = 32;

  /** NIST SP 800-38D, 5.2.1.1: what is meant to be used. */
  private static final int NONCE_LENGTH = 12;

  private static final int TAG_BITS = 128;

  /** Base64 of 32 bytes without padding; the last character has two bits that must be zero. */
  private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]");

  private static final byte[] FIND = bytes("penstock find");
  private static final byte[] SEAL = bytes("penstock seal");

  private final byte[] bits;

  private Secret(byte[] bits) {
    this.bits = bits;
  }

  static Secret random() {
    return new Secret(randomBytes(LENGTH));
  }

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    // not kept in a static field: an executable's would be seeded when it is built
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads what {@link #text} wrote; null if it is nothing of the kind. */
  public static @Nullable Secret parse(String text) {
    return TEXT.matcher(text).matches() ? new Secret(Base64.getUrlDecoder().decode(text)) : null;
  }

  /** What its owner is given: 43 characters, the same in a URL and in a cookie. */
  public String text() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }

  /** By which it is known here: 64 hexadecimal digits. */
  public String digest() {
    return HexFormat.of().formatHex(hash(FIND));
  }

  private byte[] hash(byte[] purpose) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(purpose);
      return digest.digest(bits);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Makes something unreadable without the secret.
   *
   * @param use what it is for: sealed for one, it does not open as another
   */
  byte[] seal(String use, String plain) {
    byte[] nonce = randomBytes(NONCE_LENGTH);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, use, nonce).doFinal(plain.getBytes(StandardCharsets.UTF_8));
      byte[] all = Arrays.copyOf(nonce, NONCE_LENGTH + sealed.length);
      System.arraycopy(sealed, 0, all, NONCE_LENGTH, sealed.length);
      return all;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What was sealed by this secret for this use; null if it was not. */
  @Nullable String open(String use, byte[] sealed) {
    if (sealed.length < NONCE_LENGTH) {
      return null;
    }
    try {
      return new String(
          cipher(Cipher.DECRYPT_MODE, use, Arrays.copyOf(sealed, NONCE_LENGTH))
              .doFinal(sealed, NONCE_LENGTH, sealed.length - NONCE_LENGTH),
          StandardCharsets.UTF_8);
    } catch (GeneralSecurityException changed) {
      return null;
    }
  }

  private Cipher cipher(int mode, String use, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(hash(SEAL), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(bytes(use));
    return cipher;
  }

  /** Not the secret, which might stand in a log then. */
  @Override
  public String toString() {
    return "secret";
  }
}
