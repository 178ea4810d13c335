package penstock.security.token;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import penstock.http.Namespace;
import penstock.security.identity.Caller;

/** A line of the file of keys: whose key it is, its digest, and what that one may do. */
final class ApiKey {

  /** Before a tenant in a line, and the name of the claim that a key's rights may put in. */
  static final String TENANT = "tenant";

  private static final int PARTS = 3;
  private static final Pattern TENANTS = Pattern.compile(TENANT + "=([^:]*):(.*)");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@/-]{0,127}");
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");

  private final Caller caller;
  private final byte[] digest;

  private ApiKey(Caller caller, byte[] digest) {
    this.caller = caller;
    this.digest = digest;
  }

  /**
   * Reads a line: {@code name:sha256:roles}, the last with commas between them or JSON. A tenant's
   * key has {@code name:sha256:tenant=acme:roles}.
   *
   * @throws IllegalArgumentException it is none; the message contains nothing of the line
   */
  static ApiKey parse(String line, CallerFactory callers) {
    String[] parts = line.split(":", PARTS);
    if (parts.length != PARTS) {
      throw new IllegalArgumentException("it must be name:sha256:roles");
    }
    String name = parts[0].strip();
    String digest = parts[1].strip();
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("its name may have letters, digits and . _ @ / - only");
    }
    if (!SHA_256.matcher(digest).matches()) {
      throw new IllegalArgumentException("its digest must be a SHA-256 in hex");
    }
    String rights = parts[2].strip();
    Namespace space = Namespace.NONE;
    Matcher tenant = TENANTS.matcher(rights);
    if (tenant.matches()) {
      space = Namespace.of(tenant.group(1).strip());
      rights = tenant.group(2).strip();
    }
    return new ApiKey(callers.ofKey(name, space, rights), HexFormat.of().parseHex(digest));
  }

  Caller caller() {
    return caller;
  }

  /** Takes as long whether it is or not, and wherever they differ. */
  boolean is(byte[] presented) {
    return MessageDigest.isEqual(digest, presented);
  }
}
