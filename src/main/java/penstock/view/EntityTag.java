package penstock.view;

import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * An entity tag of a value: equal values have equal ones, on any instance.
 *
 * @param text with its quotes
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3">RFC 9110</a>
 */
record EntityTag(String text) {

  private static final int BYTES = 15;

  static EntityTag of(Buffer value) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes());
      return new EntityTag(
          '"' + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest, BYTES)) + '"');
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether one of the lines of If-None-Match has it. */
  boolean isIn(List<String> lines) {
    return lines.stream()
        .flatMap(line -> Arrays.stream(line.split(",")))
        .map(String::strip)
        .anyMatch(tag -> tag.equals("*") || tag.equals(text) || tag.equals("W/" + text));
  }
}
