package penstock.view.read;

import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;
import penstock.view.fold.Entry;

/** An entry as scripts return it: an array of field, value, ... */
public final class EntryFields {

  private EntryFields() {}

  /** Reads the array; null, for no entry, stays null. */
  public static @Nullable Entry read(@Nullable Response fields) {
    if (fields == null) {
      return null;
    }
    var map = new HashMap<String, byte[]>(fields.size());
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      map.put(fields.get(i).toString(StandardCharsets.UTF_8), fields.get(i + 1).toBytes());
    }
    return Entry.of(map);
  }
}
