package penstock.stream.log;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import penstock.redis.RedisLink;
import penstock.stream.LogEntry;
import penstock.stream.Partition;
import penstock.stream.Position;

/** Reads one partition for a page: what was read ahead, and up to where it was taken. */
final class PartitionReader {

  private final EventLog log;
  private final Partition partition;
  private final RedisLink link;
  private final Position begun;
  private final ArrayDeque<LogEntry> ahead = new ArrayDeque<>();

  /** Behind all that was read, also of what is no event. */
  private Position end;

  private Position reached;
  private boolean atEnd;

  PartitionReader(EventLog log, Partition partition, Position after, RedisLink link) {
    this.log = log;
    this.link = link;
    this.partition = partition;
    this.begun = after;
    this.end = after;
    this.reached = after;
  }

  /** The position that it began behind. */
  Position begun() {
    return begun;
  }

  /** Its next entry is not known yet. */
  boolean isHungry() {
    return ahead.isEmpty() && !atEnd;
  }

  /** It had no further entry when it was read. */
  boolean isOver() {
    return ahead.isEmpty() && atEnd;
  }

  /** Reads on; returns how many entries were passed over, since they are no events. */
  Future<Integer> read(int count) {
    return log.page(partition, end, count, link)
        .map(
            page -> {
              ahead.addAll(page.entries());
              atEnd = page.read() < count;
              end = page.read() > 0 ? page.last() : end;
              reached = ahead.isEmpty() ? end : reached;
              return page.read() - page.entries().size();
            });
  }

  /** The position of the next entry; only if there is one. */
  Position peek() {
    return ahead.element().position();
  }

  LogEntry next() {
    LogEntry entry = ahead.remove();
    reached = ahead.isEmpty() ? end : entry.position();
    return entry;
  }

  /** Behind the last entry that was taken. */
  Position reached() {
    return reached;
  }
}
