package penstock.stream.log;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import penstock.event.EventData;
import penstock.redis.RedisLink;
import penstock.stream.Cursor;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.StartPosition;
import penstock.stream.filter.EventFilter;
import penstock.stream.registry.Stream;

/**
 * Reads one page of a stream: the entries of all partitions, merged by position. A page looks at a
 * bounded number of entries and bytes, so that a filter that nothing passes costs no more than a
 * full page does.
 */
public final class EventPageReader {

  /**
   * Entries looked at for one page; a filtered page may end there with fewer events than asked for,
   * or none.
   */
  private static final int MAX_LOOKED_AT = 10_000;

  /** Bytes of one page, and about what one read of all partitions may bring. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private static final int FIRST_READ = 64;
  private static final int MAX_READ = 1_000;

  private final EventLog log;
  private final RedisLink link;
  private final Stream stream;
  private final EventFilter filter;
  private final int limit;
  private final StartPosition start;
  private final List<PartitionReader> partitions = new ArrayList<>();
  private final List<LogEntry> found = new ArrayList<>();
  private int lookedAt;
  private long bytes;

  public EventPageReader(
      EventLog log, Stream stream, EventFilter filter, int limit, StartPosition start) {
    this(log, stream, filter, limit, start, log.pages());
  }

  private EventPageReader(
      EventLog log,
      Stream stream,
      EventFilter filter,
      int limit,
      StartPosition start,
      RedisLink link) {
    this.link = link;
    this.log = log;
    this.stream = stream;
    this.filter = filter;
    this.limit = limit;
    this.start = start;
  }

  /**
   * The page behind the cursor; a problem if the cursor's place is gone. What a replica refuses is
   * asked of the master: the replica may not have yet what another gave the cursor for.
   */
  public Future<EventPage> read() {
    return link == log.judge()
        ? readHere()
        : readHere().recover(failure -> over(log.judge()).read());
  }

  private EventPageReader over(RedisLink other) {
    return new EventPageReader(log, stream, filter, limit, start, other);
  }

  private Future<EventPage> readHere() {
    return log.observe(stream.partitions(), link)
        .compose(
            logs ->
                start instanceof StartPosition.Latest
                    ? Future.succeededFuture(page(logs, StartPoint.LATEST.apply(logs), true))
                    : StartPoint.of(stream.name(), start, logs)
                        .compose(after -> begin(logs, after)));
  }

  private Cursor cursor(List<LogState> logs, List<Position> positions) {
    return Cursor.ofStream(stream.name(), logs, positions);
  }

  private Future<EventPage> begin(List<LogState> logs, List<Position> after) {
    for (Partition partition : stream.partitions()) {
      partitions.add(new PartitionReader(log, partition, after.get(partition.index()), link));
    }
    return more(logs);
  }

  private Future<EventPage> more(List<LogState> begun) {
    int count = nextRead();
    return Future.all(
            partitions.stream()
                .filter(PartitionReader::isHungry)
                .map(one -> one.read(count))
                .toList())
        .compose(
            read -> {
              lookedAt += read.<Integer>list().stream().mapToInt(Integer::intValue).sum();
              take();
              return isFull() || partitions.stream().allMatch(PartitionReader::isOver)
                  ? finish(begun)
                  : more(begun);
            });
  }

  /** Takes what passes the filter, oldest first, as long as it is known which entry is next. */
  private void take() {
    while (!isFull() && partitions.stream().noneMatch(PartitionReader::isHungry)) {
      PartitionReader oldest = null;
      for (PartitionReader one : partitions) {
        if (!one.isOver() && (oldest == null || one.peek().compareTo(oldest.peek()) < 0)) {
          oldest = one;
        }
      }
      if (oldest == null) {
        return;
      }
      LogEntry entry = oldest.next();
      lookedAt++;
      bytes += size(entry);
      if (filter.matches(entry.event())) {
        found.add(entry);
      }
    }
  }

  private boolean isFull() {
    return found.size() == limit || lookedAt >= MAX_LOOKED_AT || bytes >= MAX_BYTES;
  }

  /**
   * The state is read after the entries as well: what was trimmed before they were read is known to
   * it. If a log began anew meanwhile, the entries may be of either, and are read again.
   */
  private Future<EventPage> finish(List<LogState> begun) {
    boolean caughtUp = partitions.stream().allMatch(PartitionReader::isOver);
    List<Position> reached = partitions.stream().map(PartitionReader::reached).toList();
    return log.observe(stream.partitions(), link)
        .compose(
            logs ->
                areOfOneTerm(begun, logs)
                    ? StartPoint.check(
                            stream.name(),
                            cursor(logs, partitions.stream().map(PartitionReader::begun).toList()),
                            logs)
                        .map(page(logs, reached, caughtUp))
                    : over(link).readHere());
  }

  private static boolean areOfOneTerm(List<LogState> before, List<LogState> after) {
    for (int i = 0; i < before.size(); i++) {
      if (!before.get(i).isOfTermOf(after.get(i))) {
        return false;
      }
    }
    return true;
  }

  private EventPage page(List<LogState> logs, List<Position> reached, boolean caughtUp) {
    return new EventPage(found, cursor(logs, reached), caughtUp);
  }

  private int nextRead() {
    if (lookedAt == 0) {
      return Math.min(FIRST_READ, limit);
    }
    long average = Math.max(100, bytes / lookedAt);
    long wanted = filter.isOpen() ? limit - found.size() : MAX_READ;
    return Math.clamp(Math.min(wanted, MAX_BYTES / average / partitions.size()), 1, MAX_READ);
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
