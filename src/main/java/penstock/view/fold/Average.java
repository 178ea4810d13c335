package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.stream.Position;

/** The average of a number of each event, from the exact sum and count, which are kept. */
record Average(NumberExtractor number) implements Fold {

  private static final String SUM = "sum";
  private static final String COUNT = "count";
  private static final JsonName AVERAGE_NAME = JsonName.of("average");
  private static final JsonName SUM_NAME = JsonName.of(SUM);
  private static final JsonName COUNT_NAME = JsonName.of(COUNT);

  /** A quotient that does not end is rounded to so many digits: the field of 34 has a name. */
  private static final MathContext ROUNDED = MathContext.DECIMAL128;

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position)
      throws FoldException, SkippedEventException {
    BigDecimal found = number.of(event);
    return entry == null ? of(found, BigDecimal.ONE) : plus(entry, found, BigDecimal.ONE);
  }

  @Override
  public boolean combines() {
    return true;
  }

  @Override
  public Entry combine(Entry one, Entry other) {
    return plus(one, sum(other), count(other));
  }

  private static Entry plus(Entry entry, BigDecimal sum, BigDecimal count) {
    return of(sum(entry).add(sum), count(entry).add(count));
  }

  private static Entry of(BigDecimal sum, BigDecimal count) {
    return Entry.EMPTY.edit().set(SUM, Decimal.text(sum)).set(COUNT, Decimal.text(count)).done();
  }

  private static BigDecimal sum(Entry entry) {
    return Decimal.of(entry.bytes(SUM));
  }

  private static BigDecimal count(Entry entry) {
    return Decimal.of(entry.bytes(COUNT));
  }

  @Override
  public void value(Entry entry, Buffer out) {
    BigDecimal average = sum(entry).divide(count(entry), ROUNDED);
    var json = new JsonWriter(out).beginObject();
    json.name(AVERAGE_NAME).value(Decimal.text(average));
    json.name(SUM_NAME).value(entry.bytes(SUM));
    json.name(COUNT_NAME).value(entry.bytes(COUNT));
    json.endObject();
  }
}
