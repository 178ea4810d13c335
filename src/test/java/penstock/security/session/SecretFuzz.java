package penstock.security.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Any text as a cookie or a ticket, and any bytes as what Redis has for it: one way to write each
 * secret, and nothing opens that it did not seal.
 */
public final class SecretFuzz {

  private static final String USE = "ticket";
  private static final String TEXT = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  private static final int LENGTH = TEXT.length();

  private SecretFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    Secret given = Secret.parse(text);
    if (given != null && (!given.text().equals(text) || text.length() != LENGTH)) {
      throw new AssertionError(text + " is also " + given.text());
    }
    Secret secret = Secret.parse(TEXT);
    if (secret.open(USE, input) != null) {
      throw new AssertionError("opened what it did not seal");
    }
    TicketRecord record = TicketRecord.parse(text);
    if (record != null) {
      String written = record.text();
      if (!record.equals(TicketRecord.parse(written))
          || !written.equals(secret.open(USE, secret.seal(USE, written)))) {
        throw new AssertionError("another record: " + record);
      }
    }
    byte[] sealed = secret.seal(USE, text);
    if (input.length > 0) {
      byte[] changed = Arrays.copyOf(sealed, sealed.length);
      changed[Math.floorMod(Arrays.hashCode(input), sealed.length)] ^= 1;
      if (secret.open(USE, changed) != null || secret.open("session", sealed) != null) {
        throw new AssertionError("opened what was changed");
      }
    }
  }
}
