package penstock.view;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;

/** How many events there were for the key. */
final class Count implements Fold {

  private static final String FIELD = "count";
  private static final byte[] ZERO = {'0'};

  @Override
  public Entry apply(@Nullable Entry entry, Event event) {
    long count = entry == null ? 0 : Long.parseLong(text(entry));
    byte[] next = Long.toString(count + 1).getBytes(StandardCharsets.US_ASCII);
    return (entry == null ? Entry.EMPTY : entry).edit().set(FIELD, next).done();
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
