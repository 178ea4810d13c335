package penstock.view.http;

import io.vertx.core.buffer.Buffer;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import penstock.http.JsonBody;
import penstock.view.read.EntryJson;
import penstock.view.read.EntryReader;

/**
 * A page of entries as their resource shows it.
 *
 * @param after the key that was given as the one before the first; empty for the beginning
 */
@Schema(ref = "Entries")
record EntriesBody(EntryReader.EntryPage page, String after) implements JsonBody {

  @Override
  public Buffer json() {
    return EntryJson.page(page, after);
  }
}
