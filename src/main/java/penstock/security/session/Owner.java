package penstock.security.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import penstock.security.identity.Caller;

/**
 * The name, in keys of Redis, of who sessions and tickets are of: a digest, whatever its subject.
 */
final class Owner {

  private Owner() {}

  static String of(Caller caller) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(
                      String.join(
                              " ",
                              caller.type().toString(),
                              caller.space().tenant(),
                              caller.subject())
                          .getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
