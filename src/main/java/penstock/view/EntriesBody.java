package penstock.view;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import penstock.http.JsonBody;

/**
 * A page of entries as their resource shows it.
 *
 * @param after the key that was given as the one before the first; empty for the beginning
 */
record EntriesBody(Entries.Page page, String after) implements JsonBody {

  private static final int TYPICAL = 1024;

  @Override
  public Buffer json() {
    Buffer out = Buffer.buffer(TYPICAL).appendString("{\"entries\":[");
    String next = after;
    boolean first = true;
    for (Map.Entry<String, Entry> entry : page.entries().entrySet()) {
      if (!first) {
        out.appendByte((byte) ',');
      }
      first = false;
      EntryJson.write(entry.getKey(), entry.getValue(), page.fold(), out);
      next = entry.getKey();
    }
    out.appendString("],\"next\":");
    EntryJson.text(next, out);
    return out.appendString(",\"complete\":" + page.complete() + "}");
  }
}
