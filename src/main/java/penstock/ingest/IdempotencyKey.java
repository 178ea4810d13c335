package penstock.ingest;

import org.jspecify.annotations.Nullable;

/**
 * The value of the header {@code Idempotency-Key}. By the draft of its standard it is a string in
 * quotes, with a backslash before a quote or a backslash in it (RFC 8941, 3.3.3); most clients send
 * it without. Both mean the same key.
 *
 * @see <a
 *     href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">Idempotency-Key</a>
 */
final class IdempotencyKey {

  private static final char QUOTE = '"';

  private IdempotencyKey() {}

  /** The key without its quotes; null without a header. */
  static @Nullable String of(@Nullable String header) {
    if (header == null
        || header.length() < 2
        || header.charAt(0) != QUOTE
        || header.charAt(header.length() - 1) != QUOTE) {
      return header;
    }
    var key = new StringBuilder(header.length());
    for (int i = 1; i < header.length() - 1; i++) {
      char c = header.charAt(i);
      boolean escape = c == '\\' && i + 1 < header.length() - 1;
      key.append(escape ? header.charAt(++i) : c);
    }
    return key.toString();
  }
}
