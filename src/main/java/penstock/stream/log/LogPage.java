package penstock.stream.log;

import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import penstock.stream.LogEntry;
import penstock.stream.Position;

/**
 * Some entries of a log that follow one another.
 *
 * @param entries oldest first; without those that are no events, which something else than Penstock
 *     must have written
 * @param read how many entries there were, readable or not
 * @param last the position of the last of them; meaningless if there were none
 * @param bytes the size of all names and values
 */
public record LogPage(List<LogEntry> entries, int read, Position last, long bytes) {

  private static final Logger LOG = Logger.getLogger(LogPage.class);

  /** Without an entry. */
  static final LogPage NONE = new LogPage(List.of(), 0, Position.ZERO, 0);

  public LogPage {
    entries = List.copyOf(entries);
  }

  /** Of events that were appended one behind the other, of which nothing was read. */
  public static LogPage of(List<LogEntry> appended) {
    return new LogPage(appended, appended.size(), appended.getLast().position(), 0);
  }

  /** Reads an array of entries, as XRANGE gives it and XREAD within its reply. */
  public static LogPage of(Response raw) {
    var entries = new ArrayList<LogEntry>(raw.size());
    Position last = Position.ZERO;
    long bytes = 0;
    for (Response entry : raw) {
      last = Position.parse(entry.get(0).toString());
      for (Response part : entry.get(1)) {
        bytes += part.toBuffer().length();
      }
      try {
        entries.add(LogEntry.of(last, entry));
      } catch (RuntimeException notOurs) {
        LOG.warnf("skipped: position=%s reason=%s", last, notOurs.getMessage());
      }
    }
    return new LogPage(entries, raw.size(), last, bytes);
  }
}
