package penstock.security.session;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import penstock.security.identity.Caller;

/**
 * What is kept of a ticket.
 *
 * @param path of the one feed that it is for
 * @param session the digest of the session that its owner was known by; empty for none
 * @param expires when that ends, in milliseconds since 1970
 * @param token of its owner
 */
record TicketRecord(String path, String session, long expires, String token) {

  private static final int PARTS = 4;

  /** As text, a line for each part: neither a path nor a token has an end of line. */
  String text() {
    return String.join("\n", path, session, Long.toString(expires), token);
  }

  /** Reads what {@link #text} wrote; null if it is nothing of the kind. */
  static @Nullable TicketRecord parse(String text) {
    String[] parts = text.split("\n", PARTS);
    if (parts.length != PARTS) {
      return null;
    }
    try {
      return new TicketRecord(parts[0], parts[1], Long.parseLong(parts[2]), parts[3]);
    } catch (NumberFormatException none) {
      return null;
    }
  }

  /** The owner of the token, as the one that the ticket was given to. */
  Caller owner(Caller caller) {
    return session.isEmpty() ? caller : caller.within(session, Instant.ofEpochMilli(expires));
  }
}
