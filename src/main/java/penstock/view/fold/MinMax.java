package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.stream.Position;

/**
 * The least or the greatest number of all events. Of equal numbers the one with more digits behind
 * the point counts, so that their order does not matter.
 */
record MinMax(End which, NumberExtractor number) implements Fold {

  private static final String FIELD = "value";

  /** Which end. */
  enum End {
    LEAST {
      @Override
      boolean prefers(int comparison) {
        return comparison < 0;
      }
    },
    GREATEST {
      @Override
      boolean prefers(int comparison) {
        return comparison > 0;
      }
    };

    /** Whether a number is preferred to another that compares so with it. */
    abstract boolean prefers(int comparison);

    BigDecimal of(BigDecimal one, BigDecimal other) {
      int comparison = one.compareTo(other);
      boolean first = comparison == 0 ? one.scale() >= other.scale() : prefers(comparison);
      return first ? one : other;
    }
  }

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position)
      throws FoldException, SkippedEventException {
    BigDecimal found = number.of(event);
    if (entry == null) {
      return Entry.EMPTY.edit().set(FIELD, Decimal.text(found)).done();
    }
    return entry
        .edit()
        .set(FIELD, Decimal.text(which.of(Decimal.of(entry.bytes(FIELD)), found)))
        .done();
  }

  @Override
  public boolean combines() {
    return true;
  }

  @Override
  public Entry combine(Entry one, Entry other) {
    BigDecimal extreme = which.of(Decimal.of(one.bytes(FIELD)), Decimal.of(other.bytes(FIELD)));
    return one.edit().set(FIELD, Decimal.text(extreme)).done();
  }

  @Override
  public void value(Entry entry, Buffer out) {
    out.appendBytes(entry.bytes(FIELD));
  }
}
