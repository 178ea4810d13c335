package penstock.view;

import io.vertx.core.buffer.Buffer;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.http.JsonBody;

/**
 * A page of entries as their resource shows it.
 *
 * @param after the key that was given as the one before the first; empty for the beginning
 */
@Schema(ref = "Entries")
record EntriesBody(Entries.Page page, String after) implements JsonBody {

  @Override
  public Buffer json() {
    return EntryJson.page(page, after);
  }
}
