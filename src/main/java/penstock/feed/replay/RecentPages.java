package penstock.feed.replay;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import penstock.stream.Partition;
import penstock.stream.Position;

/**
 * Pages of history that were read lately: after a restart thousands of readers want the same ones
 * within seconds. Those of all streams share one bound in bytes, and each is kept for a while only.
 * Whether a page is still true is for who takes it to find out. May be used from any thread.
 */
final class RecentPages {

  private static final long NO_TIMER = -1;

  /** Not a record: each is only itself. */
  private static final class Kept {
    final Partition partition;
    final Position from;
    final ReplayPage page;
    final long since = System.nanoTime();

    Kept(Partition partition, Position from, ReplayPage page) {
      this.partition = partition;
      this.from = from;
      this.page = page;
    }
  }

  private final Vertx vertx;
  private final long mostBytes;
  private final long keepNanos;
  private final Map<Partition, NavigableMap<Position, Kept>> pages = new HashMap<>();

  /** The same, oldest first. */
  private final Set<Kept> inOrder = new LinkedHashSet<>();

  private long bytes;

  /** For when the oldest was kept long enough. */
  private long timer = NO_TIMER;

  RecentPages(Vertx vertx, long mostBytes, Duration keep) {
    this.vertx = vertx;
    this.mostBytes = mostBytes;
    this.keepNanos = keep.toNanos();
  }

  /** A page that goes on behind a position; null if there is none. */
  synchronized @Nullable ReplayPage behind(Partition partition, Position from) {
    NavigableMap<Position, Kept> known = pages.get(partition);
    Map.Entry<Position, Kept> near = known == null ? null : known.floorEntry(from);
    return near != null && near.getValue().page.end().isAfter(from)
        ? near.getValue().page.behind(from)
        : null;
  }

  /** Keeps a page that was read from behind a position, unless it leads nowhere. */
  synchronized void keep(Partition partition, Position from, ReplayPage page) {
    if (!page.end().isAfter(from) || page.bytes() > mostBytes) {
      return;
    }
    var fresh = new Kept(partition, from, page);
    Kept before = pages.computeIfAbsent(partition, absent -> new TreeMap<>()).get(from);
    if (before != null) {
      remove(before);
    }
    pages.computeIfAbsent(partition, absent -> new TreeMap<>()).put(from, fresh);
    inOrder.add(fresh);
    bytes += page.bytes();
    while (bytes > mostBytes) {
      remove(oldest());
    }
    watch();
  }

  /** The log is not what it was. */
  synchronized void forget(Partition partition) {
    NavigableMap<Position, Kept> known = pages.get(partition);
    if (known == null) {
      return;
    }
    List.copyOf(known.values()).forEach(this::remove);
    if (inOrder.isEmpty()) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
  }

  /** One timer is enough for all pages. */
  private void watch() {
    if (timer == NO_TIMER && !inOrder.isEmpty()) {
      long left = oldest().since + keepNanos - System.nanoTime();
      timer = vertx.setTimer(1 + Math.max(0, TimeUnit.NANOSECONDS.toMillis(left)), this::expire);
    }
  }

  private synchronized void expire(long over) {
    if (over != timer) {
      // cancelled too late
      return;
    }
    timer = NO_TIMER;
    long now = System.nanoTime();
    while (!inOrder.isEmpty() && now - oldest().since >= keepNanos) {
      remove(oldest());
    }
    watch();
  }

  private Kept oldest() {
    return inOrder.iterator().next();
  }

  private void remove(Kept kept) {
    inOrder.remove(kept);
    bytes -= kept.page.bytes();
    NavigableMap<Position, Kept> known = pages.get(kept.partition);
    if (known != null && known.remove(kept.from, kept) && known.isEmpty()) {
      pages.remove(kept.partition);
    }
  }

  /** What all of them take. */
  synchronized long bytes() {
    return bytes;
  }
}
