package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.stream.Position;

/**
 * How many events there were in each bucket of their own time, or the sum of a number of theirs. A
 * field is a bucket, by the second that it begins at. Kept are the last buckets up to the newest
 * one that has an event: those in between count, even if they are empty and have no field.
 *
 * <p>Which buckets are left and what they hold depends on the events alone, not on their order.
 *
 * @param number what is summed; null to count
 * @param bucket length of a bucket in seconds
 * @param buckets how many are kept
 */
record Window(@Nullable NumberExtractor number, long bucket, int buckets) implements Fold {

  static final Duration DEFAULT_BUCKET = Duration.ofMinutes(1);
  static final int DEFAULT_BUCKETS = 60;
  static final int MAX_BUCKETS = 1_500;

  /**
   * How far the clock of a sender may be ahead of the log, if the bucket is not longer. One event
   * from far away would end all buckets that there are.
   */
  private static final long MAX_AHEAD = Duration.ofMinutes(5).toSeconds();

  private static final JsonName START = JsonName.of("start");
  private static final JsonName VALUE = JsonName.of("value");
  private static final String AHEAD = "the event's time is further ahead of the log than ";

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position)
      throws FoldException, SkippedEventException {
    long time = EventTime.seconds(event.time(), position);
    long ahead = Math.max(bucket, MAX_AHEAD);
    if (time - ahead > position.seconds()) {
      throw new FoldException(AHEAD + Duration.ofSeconds(ahead));
    }
    BigDecimal found = number == null ? BigDecimal.ONE : number.of(event);
    long start = Math.floorDiv(time, bucket) * bucket;
    Entry before = entry == null ? Entry.EMPTY : entry;
    long newest = before == Entry.EMPTY ? start : newest(before);
    if (start <= gone(newest)) {
      throw new SkippedEventException();
    }
    Entry.Edit edit = before.edit();
    plus(edit, before, start, found);
    if (start > newest) {
      forget(edit, before, gone(start));
    }
    return edit.done();
  }

  /** The start of the newest bucket that is not kept any more. */
  private long gone(long newest) {
    return newest - buckets * bucket;
  }

  private static void plus(Entry.Edit edit, Entry before, long start, BigDecimal added) {
    String field = Long.toString(start);
    byte[] old = before.get(field);
    edit.set(field, Decimal.text(old == null ? added : Decimal.of(old).add(added)));
  }

  private static void forget(Entry.Edit edit, Entry before, long gone) {
    for (String field : before.names()) {
      if (Long.parseLong(field) <= gone) {
        edit.remove(field);
      }
    }
  }

  private static long newest(Entry entry) {
    return entry.names().stream().mapToLong(Long::parseLong).max().orElseThrow();
  }

  @Override
  public boolean combines() {
    return true;
  }

  @Override
  public Entry combine(Entry one, Entry other) {
    long gone = gone(Math.max(newest(one), newest(other)));
    Entry.Edit edit = one.edit();
    forget(edit, one, gone);
    for (String field : other.names()) {
      long start = Long.parseLong(field);
      if (start > gone) {
        plus(edit, one, start, Decimal.of(other.bytes(field)));
      }
    }
    return edit.done();
  }

  @Override
  public void value(Entry entry, Buffer out) {
    var inOrder = new TreeMap<Long, byte[]>();
    for (String field : entry.names()) {
      inOrder.put(Long.valueOf(field), entry.bytes(field));
    }
    var json = new JsonWriter(out).beginArray();
    inOrder.forEach(
        (start, value) -> {
          json.beginObject().name(START).string(Instant.ofEpochSecond(start).toString());
          json.name(VALUE).value(value).endObject();
        });
    json.endArray();
  }
}
