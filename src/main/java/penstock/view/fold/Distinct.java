package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.commons.codec.digest.MurmurHash3;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.stream.Position;

/** How many different values there were, about: the value says how far off it may be. */
record Distinct(KeyExtractor extractor) implements Fold {

  private static final String FIELD = "registers";
  private static final JsonName DISTINCT = JsonName.of("distinct");
  private static final JsonName STANDARD_ERROR = JsonName.of("standardError");
  private static final byte[] ERROR =
      String.format(Locale.ROOT, "%.4f", HyperLogLog.ERROR).getBytes(StandardCharsets.US_ASCII);

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position)
      throws FoldException, SkippedEventException {
    String text = extractor.of(event);
    if (text == null) {
      throw new SkippedEventException();
    }
    Entry before = entry == null ? Entry.EMPTY : entry;
    HyperLogLog seen = HyperLogLog.of(before.get(FIELD));
    return seen.add(hash(text)) ? before.edit().set(FIELD, seen.state()).done() : before;
  }

  private static long hash(String text) {
    return MurmurHash3.hash128x64(text.getBytes(StandardCharsets.UTF_8))[0];
  }

  @Override
  public boolean combines() {
    return true;
  }

  @Override
  public Entry combine(Entry one, Entry other) {
    HyperLogLog seen = HyperLogLog.of(one.get(FIELD));
    seen.add(HyperLogLog.of(other.get(FIELD)));
    return one.edit().set(FIELD, seen.state()).done();
  }

  @Override
  public void value(Entry entry, Buffer out) {
    var json = new JsonWriter(out).beginObject();
    json.name(DISTINCT).number(HyperLogLog.of(entry.get(FIELD)).estimate());
    json.name(STANDARD_ERROR).value(ERROR).endObject();
  }
}
