package penstock.security.token;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.util.KeyUtils;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an issuer at one time. Keys that are no public ones for signatures are left out: a
 * secret that stands in a set that all may read is none.
 */
record KeySet(List<SigningKey> keys) {

  /** An issuer has a few, and more while it changes them. */
  private static final int MAX_KEYS = 100;

  KeySet {
    keys = List.copyOf(keys);
  }

  /**
   * Reads a set of JSON Web Keys, or one key as PEM.
   *
   * @throws IllegalArgumentException it is none, or has none that is of use
   */
  static KeySet parse(String text, Set<SignatureAlgorithm> algorithms) {
    var keys = new ArrayList<SigningKey>();
    if (text.stripLeading().startsWith("{")) {
      List<JsonWebKey> found = KeyUtils.loadJsonWebKeys(text);
      if (found == null || found.size() > MAX_KEYS) {
        throw new IllegalArgumentException("it is no set of at most " + MAX_KEYS + " keys");
      }
      for (JsonWebKey one : found) {
        if (one instanceof PublicJsonWebKey known
            && (one.getUse() == null || one.getUse().equals("sig"))) {
          keys.add(new SigningKey(one.getKeyId(), one.getAlgorithm(), known.getPublicKey()));
        }
      }
    } else {
      keys.add(new SigningKey(null, null, pem(text, algorithms)));
    }
    keys.removeIf(one -> algorithms.stream().noneMatch(one::isFor));
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("it has no key for " + algorithms);
    }
    return new KeySet(keys);
  }

  private static PublicKey pem(String text, Set<SignatureAlgorithm> algorithms) {
    for (SignatureAlgorithm algorithm : algorithms) {
      try {
        return KeyUtils.decodePublicKey(text, algorithm);
      } catch (GeneralSecurityException | IllegalArgumentException another) {
        // of another kind, or none at all
      }
    }
    try {
      return KeyUtils.decodeCertificate(text);
    } catch (GeneralSecurityException | IllegalArgumentException none) {
      throw new IllegalArgumentException("it is neither a JWK set nor a public key as PEM", none);
    }
  }

  /**
   * The key that a token names; null if there is none. A key without a name is meant by whatever is
   * signed with its algorithm, as long as it is the only one.
   */
  @Nullable SigningKey find(@Nullable String id, SignatureAlgorithm algorithm) {
    SigningKey nameless = null;
    for (SigningKey one : keys) {
      if (!one.isFor(algorithm)) {
        continue;
      }
      if (id != null && id.equals(one.id())) {
        return one;
      }
      if (id == null || one.id() == null) {
        if (nameless != null) {
          return null;
        }
        nameless = one;
      }
    }
    return nameless;
  }

  /** Whether all of its keys are there still. */
  boolean isWithin(KeySet newer) {
    return newer.keys.containsAll(keys);
  }
}
