package penstock.view.fold;

import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.json.JsonName;
import penstock.json.JsonWriter;
import penstock.stream.Position;

/**
 * A board: the members with the highest scores. An entry is one board; a field of it is a member
 * and its score. All scores are kept, whatever is shown.
 *
 * @param member who is ranked
 * @param number what an event says of the score
 * @param score what becomes of a member's score
 * @param size how many are shown
 * @param spread whether the stream has several partitions
 */
public record Rank(
    KeyExtractor member, NumberExtractor number, Score score, int size, boolean spread)
    implements Fold {

  static final int DEFAULT_SIZE = 10;
  static final int MAX_SIZE = 1_000;

  private static final JsonName MEMBER = JsonName.of("member");
  private static final JsonName SCORE = JsonName.of("score");

  private static final Comparator<Ranked> HIGHEST_FIRST =
      Comparator.comparing(Ranked::score)
          .reversed()
          .thenComparing(Ranked::member, Utf8Order::compare);

  /** What a member's score is, of all that events said of it. */
  public enum Score {
    LAST {
      @Override
      BigDecimal of(BigDecimal before, BigDecimal next) {
        return next;
      }
    },
    HIGHEST {
      @Override
      BigDecimal of(BigDecimal before, BigDecimal next) {
        return MinMax.End.GREATEST.of(before, next);
      }
    },
    LOWEST {
      @Override
      BigDecimal of(BigDecimal before, BigDecimal next) {
        return MinMax.End.LEAST.of(before, next);
      }
    },
    TOTAL {
      @Override
      BigDecimal of(BigDecimal before, BigDecimal next) {
        return before.add(next);
      }
    };

    abstract BigDecimal of(BigDecimal before, BigDecimal next);

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Ranked(String member, BigDecimal score) {}

  @Override
  public Entry apply(@Nullable Entry entry, Event event, Position position)
      throws FoldException, SkippedEventException {
    String name = KeyExtractor.check(member.of(event));
    if (name == null) {
      throw new SkippedEventException();
    }
    if (spread && score == Score.LAST && !name.equals(event.key())) {
      throw new FoldException(
          "on a stream of several partitions the member must be the event's key, else which of its"
              + " scores is the last is not known");
    }
    BigDecimal found = number.of(event);
    Entry before = entry == null ? Entry.EMPTY : entry;
    return with(before.edit(), before, name, found).done();
  }

  private Entry.Edit with(Entry.Edit edit, Entry before, String name, BigDecimal found) {
    byte[] old = before.get(name);
    return edit.set(name, Decimal.text(old == null ? found : score.of(Decimal.of(old), found)));
  }

  @Override
  public boolean combines() {
    return true;
  }

  @Override
  public Entry combine(Entry one, Entry other) {
    Entry.Edit edit = one.edit();
    for (String name : other.names()) {
      with(edit, one, name, Decimal.of(other.bytes(name)));
    }
    return edit.done();
  }

  @Override
  public void value(Entry entry, Buffer out) {
    List<Ranked> places = new ArrayList<>(entry.names().size());
    for (String name : entry.names()) {
      places.add(new Ranked(name, Decimal.of(entry.bytes(name))));
    }
    places.sort(HIGHEST_FIRST);
    var json = new JsonWriter(out).beginArray();
    for (Ranked place : places.subList(0, Math.min(size, places.size()))) {
      json.beginObject().name(MEMBER).string(place.member);
      json.name(SCORE).value(Decimal.text(place.score)).endObject();
    }
    json.endArray();
  }
}
