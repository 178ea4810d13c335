package penstock.json;

import java.nio.charset.StandardCharsets;

/**
 * The name of a member that is written often, kept as it stands in JSON text: in quotes, with the
 * colon. Immutable; any thread.
 */
public final class JsonName {

  private final byte[] quoted;

  private JsonName(byte[] quoted) {
    this.quoted = quoted;
  }

  /**
   * @param name of ASCII letters, digits and underscores, so that nothing in it needs an escape
   */
  public static JsonName of(String name) {
    return new JsonName(("\"" + name + "\":").getBytes(StandardCharsets.US_ASCII));
  }

  /** Not to be modified. */
  byte[] quoted() {
    return quoted;
  }
}
