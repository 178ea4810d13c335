package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.stream.Position;

/** The exact sum of a number of each event. */
record Sum(NumberExtractor number) implements Fold {

  private static final String FIELD = "sum";

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position)
      throws FoldException, SkippedEventException {
    var added = number.of(event);
    Entry before = entry == null ? Entry.EMPTY : entry;
    byte[] sum = before.get(FIELD);
    return before
        .edit()
        .set(FIELD, Decimal.text(sum == null ? added : Decimal.of(sum).add(added)))
        .done();
  }

  @Override
  public boolean combines() {
    return true;
  }

  @Override
  public Entry combine(Entry one, Entry other) {
    var sum = Decimal.of(one.bytes(FIELD)).add(Decimal.of(other.bytes(FIELD)));
    return one.edit().set(FIELD, Decimal.text(sum)).done();
  }

  @Override
  public void value(Entry entry, Buffer out) {
    out.appendBytes(entry.bytes(FIELD));
  }
}
