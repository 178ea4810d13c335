package penstock.stream.log;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import penstock.event.EventFields;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.Term;

/**
 * What was appended to a log, as {@code append.lua} tells it at that moment.
 *
 * @param life of the log
 * @param term its present one
 * @param trimmed the last position removed from the beginning, or zero
 * @param before the last position before the first of the entries
 * @param appended how many events were ever appended in this life
 * @param millis Redis's clock
 * @param page all that was appended; may be without entries where they are wanted as they are
 *     written
 * @param records all that was appended, not looked into; none where only entries are wanted
 */
public record LogNews(
    String life,
    Term term,
    Position trimmed,
    Position before,
    long appended,
    long millis,
    LogPage page,
    List<RawRecord> records)
    implements OrderedNews {

  public LogNews {
    records = List.copyOf(records);
  }

  /**
   * Reads what was published.
   *
   * @throws RuntimeException if it is something else
   */
  public static LogNews of(Buffer packed) {
    return read(packed, true);
  }

  /**
   * The same for those who look into the entries by themselves.
   *
   * @throws RuntimeException if it is something else
   */
  public static LogNews raw(Buffer packed) {
    return read(packed, false);
  }

  private static LogNews read(Buffer packed, boolean asEvents) {
    var reader = new PackedReader(packed);
    String life = reader.text();
    Term term = Term.parse(reader.text());
    Position trimmed = Position.parse(reader.text());
    Position before = Position.parse(reader.text());
    long appended = Long.parseLong(reader.text());
    long millis = Long.parseLong(reader.text());
    var entries = new ArrayList<LogEntry>();
    var records = new ArrayList<RawRecord>();
    Position last = Position.ZERO;
    int read = 0;
    for (; reader.hasMore(); read++) {
      last = Position.parse(reader.text());
      if (asEvents) {
        entries.add(new LogEntry(last, EventFields.read(reader.array())));
      } else {
        records.add(RawRecord.of(last, reader.array()));
      }
    }
    if (read == 0) {
      throw new IllegalArgumentException("nothing is told");
    }
    return new LogNews(
        life,
        term,
        trimmed,
        before,
        appended,
        millis,
        new LogPage(entries, read, last, packed.length()),
        records);
  }

  @Override
  public Position last() {
    return page.last();
  }

  /** The same for those who want entries. */
  public LogNews withoutRecords() {
    return new LogNews(life, term, trimmed, before, appended, millis, page, List.of());
  }

  /** The log as it was then; of which it is told that this follows. */
  public LogState state(LogState known) {
    return new LogState(life, known.terms(), trimmed, last(), appended, millis);
  }
}
