package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.stream.Position;

/** How many events there were for the key. */
final class Count implements Fold {

  private static final String FIELD = "count";
  private static final byte[] ZERO = {'0'};

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position) {
    return of(entry == null ? 1 : count(entry) + 1);
  }

  @Override
  public boolean combines() {
    return true;
  }

  @Override
  public Entry combine(Entry one, Entry other) {
    return of(count(one) + count(other));
  }

  private static Entry of(long count) {
    return Entry.EMPTY
        .edit()
        .set(FIELD, Long.toString(count).getBytes(StandardCharsets.US_ASCII))
        .done();
  }

  private static long count(Entry entry) {
    return Long.parseLong(text(entry));
  }

  @Override
  public void value(Entry entry, Buffer out) {
    out.appendString(text(entry));
  }

  private static String text(Entry entry) {
    byte[] count = entry.get(FIELD);
    return new String(count == null ? ZERO : count, StandardCharsets.US_ASCII);
  }
}
