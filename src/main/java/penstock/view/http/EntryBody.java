package penstock.view.http;

import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.core.EntityTag;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.http.JsonBody;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;
import penstock.view.read.EntryJson;

/**
 * An entry as its resource shows it.
 *
 * @param value JSON
 */
@Schema(ref = "Entry")
record EntryBody(String key, Buffer value) implements JsonBody {

  /** Enough that two values have the same tag by chance never. */
  private static final int TAG_BYTES = 15;

  /**
   * @param entry of the key
   */
  static EntryBody of(String key, Entry entry, Fold fold) {
    return new EntryBody(key, EntryJson.value(entry, fold));
  }

  /** Equal values have equal ones, on any instance. */
  EntityTag tag() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes());
      return new EntityTag(Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest, TAG_BYTES)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Buffer json() {
    return EntryJson.entry(key, value);
  }
}
