package penstock.stream;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import penstock.event.EventData;
import penstock.problem.Problem;
import penstock.problem.ProblemType;

/**
 * Reads pages of a stream of one partition. A page looks at a bounded number of entries and bytes,
 * so that a filter that nothing passes costs no more than a full page does.
 */
final class PageReader {

  /**
   * Entries looked at for one page; a filtered page may end there with fewer events than asked for,
   * or none.
   */
  private static final int MAX_LOOKED_AT = 10_000;

  /** Bytes of data for one page, and about what one read from Redis may bring. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private static final int FIRST_READ = 64;
  private static final int MAX_READ = 1_000;

  private final EventLog log;
  private final Stream stream;
  private final EventFilter filter;
  private final int limit;
  private final List<LogEntry> found = new ArrayList<>();
  private int lookedAt;
  private long bytes;

  PageReader(EventLog log, Stream stream, EventFilter filter, int limit) {
    this.log = log;
    this.stream = stream;
    this.filter = filter;
    this.limit = limit;
  }

  /** The page behind the cursor; a problem if the cursor's place is gone. */
  Future<Page> read(Start start) {
    return log.observe(stream)
        .compose(
            logs ->
                switch (start) {
                  case Start.Earliest earliest -> more(logs.getFirst().trimmed());
                  case Start.Latest latest ->
                      Future.succeededFuture(page(logs, logs.getFirst().last(), true));
                  case Start.At at ->
                      check(at.cursor(), logs)
                          .compose(fine -> more(at.cursor().positions().getFirst()));
                });
  }

  private Future<Void> check(Cursor cursor, List<LogState> logs) {
    Optional<ResetReason> obstacle = cursor.obstacle(Scope.ofStream(stream.name(), logs), logs);
    return obstacle.isEmpty()
        ? Future.succeededFuture()
        : Future.failedFuture(
            new Problem(
                    ProblemType.CURSOR_GONE,
                    "The cursor cannot be continued ("
                        + obstacle.get()
                        + "). Go on from 'earliest'.",
                    List.of(),
                    null,
                    Map.of(
                        "reason", obstacle.get().toString(), "earliest", earliest(logs).encode()))
                .exception());
  }

  private Cursor earliest(List<LogState> logs) {
    return Cursor.ofStream(stream.name(), logs, logs.stream().map(LogState::trimmed).toList());
  }

  private Future<Page> more(Position after) {
    Partition partition = stream.partitions().getFirst();
    int count = nextRead();
    return log.after(partition, after, count)
        .compose(
            entries -> {
              Position reached = take(entries, after);
              boolean end =
                  entries.size() < count
                      && (entries.isEmpty() || reached == entries.getLast().position());
              if (end || found.size() == limit || lookedAt >= MAX_LOOKED_AT || bytes >= MAX_BYTES) {
                return finish(reached, end, after);
              }
              return more(reached);
            });
  }

  /**
   * Takes what passes the filter, up to the limits. Returns the position of the last entry looked
   * at.
   */
  private Position take(List<LogEntry> entries, Position after) {
    Position reached = after;
    for (LogEntry entry : entries) {
      if (found.size() == limit || bytes >= MAX_BYTES) {
        break;
      }
      reached = entry.position();
      lookedAt++;
      if (filter.matches(entry.event())) {
        found.add(entry);
        bytes += size(entry);
      }
    }
    return reached;
  }

  /** The state is read after the entries: what was trimmed before it was read is known to it. */
  private Future<Page> finish(Position reached, boolean end, Position readFrom) {
    return log.observe(stream)
        .compose(
            logs ->
                logs.getFirst().trimmed().isAfter(readFrom)
                    ? check(Cursor.ofStream(stream.name(), logs, List.of(readFrom)), logs)
                        .map(never -> page(logs, reached, end))
                    : Future.succeededFuture(page(logs, reached, end)));
  }

  private Page page(List<LogState> logs, Position reached, boolean end) {
    return new Page(found, Cursor.ofStream(stream.name(), logs, List.of(reached)), end);
  }

  private int nextRead() {
    if (lookedAt == 0) {
      return Math.min(FIRST_READ, limit);
    }
    long average = Math.max(100, bytes / lookedAt);
    long wanted = filter.isOpen() ? limit - found.size() : MAX_READ;
    return Math.clamp(Math.min(wanted, MAX_BYTES / average), 1, MAX_READ);
  }

  private static long size(LogEntry entry) {
    return 200
        + switch (entry.event().data()) {
          case EventData.None none -> 0;
          case EventData.Json data -> data.json().length;
          case EventData.Text data -> data.text().length();
          case EventData.Binary data -> data.base64().length();
        };
  }
}
