package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventJson;
import penstock.json.JsonWriter;
import penstock.stream.Position;

/**
 * The last events of a key, newest first. A field is one event under its number; the oldest go when
 * there are more than asked for, or more than an entry may hold.
 *
 * @param size how many events
 */
record Recent(int size) implements Fold {

  static final int DEFAULT_SIZE = 100;
  static final int MAX_SIZE = 1_000;

  /** The number that the next event gets. */
  private static final String NEXT = "next";

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position) throws FoldException {
    Entry before = entry == null ? Entry.EMPTY : entry;
    long next = next(before);
    Buffer json = Buffer.buffer();
    EventJson.write(event, json);
    byte[] following = ascii(next + 1);
    Entry.Edit edit = before.edit().set(Long.toString(next), json.getBytes()).set(NEXT, following);
    long oldest = next - count(before);
    while (next - oldest >= size || oldest < next && edit.bytes() > Entry.MAX_BYTES) {
      edit.remove(Long.toString(oldest++));
    }
    Entry after = edit.done();
    if (after.bytes() > Entry.MAX_BYTES) {
      throw new FoldException("the event is larger than an entry may be");
    }
    return after;
  }

  private static byte[] ascii(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  private static long next(Entry entry) {
    byte[] next = entry.get(NEXT);
    return next == null ? 0 : Long.parseLong(new String(next, StandardCharsets.US_ASCII));
  }

  private static int count(Entry entry) {
    return Math.max(0, entry.names().size() - 1);
  }

  @Override
  public void value(Entry entry, Buffer out) {
    long next = next(entry);
    long oldest = next - count(entry);
    var json = new JsonWriter(out).beginArray();
    for (long number = next - 1; number >= oldest; number--) {
      json.value(entry.bytes(Long.toString(number)));
    }
    json.endArray();
  }
}
