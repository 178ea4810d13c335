package penstock.view.read;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import penstock.stream.Position;
import penstock.stream.Term;
import penstock.stream.log.OrderedNews;
import penstock.stream.log.PackedReader;
import penstock.view.fold.Entry;
import penstock.view.fold.Fold;

/**
 * What a commit changed in one partition of a view, as {@code commit.lua} tells it at that moment.
 *
 * @param last the position of the change
 * @param life of the log
 * @param term the present one of the changes
 * @param trimmed the last change removed from the beginning, or zero
 * @param before the position of the change before it, or zero
 * @param entries what the keys that it changed are then; null for those that are no entries any
 *     more
 */
public record ChangeNews(
    Position last,
    String life,
    Term term,
    Position trimmed,
    Position before,
    Map<String, @Nullable Entry> entries)
    implements OrderedNews {

  public ChangeNews {
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }

  /**
   * Reads what was published.
   *
   * @throws RuntimeException if it is something else
   */
  public static ChangeNews of(Buffer packed) {
    var reader = new PackedReader(packed);
    Position last = Position.parse(reader.text());
    String life = reader.text();
    Term term = Term.parse(reader.text());
    Position trimmed = Position.parse(reader.text());
    Position before = Position.parse(reader.text());
    var entries = new LinkedHashMap<String, @Nullable Entry>();
    while (reader.hasMore()) {
      String key = reader.text();
      boolean deleted = reader.text().equals("-");
      List<byte[]> fields = reader.array();
      entries.put(key, deleted ? null : entry(fields));
    }
    return new ChangeNews(last, life, term, trimmed, before, entries);
  }

  private static Entry entry(List<byte[]> fields) {
    var map = new HashMap<String, byte[]>(fields.size());
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      map.put(new String(fields.get(i), StandardCharsets.UTF_8), fields.get(i + 1));
    }
    return Entry.of(map);
  }

  /** What the keys are then, as readers are given it, by key. */
  public Map<String, Buffer> json(Fold fold) {
    var json = new LinkedHashMap<String, Buffer>();
    entries.forEach((key, entry) -> json.put(key, EntryJson.entry(key, entry, fold)));
    return json;
  }
}
