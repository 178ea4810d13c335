package penstock.feed;

import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import penstock.redis.RedisLink;
import penstock.stream.Cursor;
import penstock.stream.EventLog;
import penstock.stream.LogEntry;
import penstock.stream.LogPage;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Place;
import penstock.stream.Position;
import penstock.stream.Scope;

/**
 * Reads older events of a partition for readers who are behind. Those who ask for the same page at
 * the same time get the same one. May be used from any thread.
 */
final class Replay {

  private static final int FIRST_COUNT = 16;

  private final EventLog log;
  private final RedisLink link;
  private final Permits permits;
  private final FeedMeters meters;
  private final Partition partition;
  private final boolean alone;
  private final int mostEvents;
  private final long wantedBytes;
  private final ConcurrentMap<Position, Future<ReplayPage>> underWay = new ConcurrentHashMap<>();
  private volatile int count;

  /**
   * @param alone the stream has no other partition, so that its place is all that an id says
   */
  Replay(
      EventLog log,
      RedisLink link,
      Permits permits,
      FeedMeters meters,
      FeedConfig config,
      Partition partition,
      boolean alone) {
    this.log = log;
    this.link = link;
    this.permits = permits;
    this.meters = meters;
    this.partition = partition;
    this.alone = alone;
    this.mostEvents = config.replayCount();
    this.wantedBytes = config.replaySize().asLongValue();
    this.count = Math.min(FIRST_COUNT, mostEvents);
  }

  /**
   * The page behind a position. Completes on any thread.
   *
   * @param known a position that was in the log before: if nothing comes between, the page reaches
   *     at least up to it
   */
  Future<ReplayPage> behind(Position from, Position known) {
    Future<ReplayPage> present = underWay.get(from);
    if (present != null) {
      return present;
    }
    Future<ReplayPage> page = permits.run(() -> read(from, known));
    if (underWay.putIfAbsent(from, page) == null) {
      page.onComplete(done -> underWay.remove(from, page));
    }
    return page;
  }

  /** The entries are of one term if the log was in it before they were read and behind it. */
  private Future<ReplayPage> read(Position from, Position known) {
    meters.replayed();
    int most = count;
    long began = System.nanoTime();
    Future<LogState> before = log.observe(partition, link);
    Future<LogPage> entries = log.page(partition, from, most, link);
    Future<LogState> behind = log.observe(partition, link);
    return Future.all(before, entries, behind)
        .compose(
            all ->
                before.result().life().equals(behind.result().life())
                        && before.result().term().equals(behind.result().term())
                    ? Future.succeededFuture(
                        page(from, known, entries.result(), most, behind.result(), began))
                    : read(from, known));
  }

  private ReplayPage page(
      Position from, Position known, LogPage read, int most, LogState state, long began) {
    meters.read(partition.stream(), read.entries(), System.nanoTime() - began);
    if (read.read() > 0) {
      long fitting = wantedBytes * read.read() / Math.max(1, read.bytes());
      count = (int) Math.max(1, Math.min(Math.min(mostEvents, 2L * most), fitting));
    }
    Position end = read.read() > 0 ? read.last() : from;
    boolean all = read.read() < most;
    if (all && known.isAfter(end) && !known.isAfter(state.last())) {
      end = known;
    }
    Scope scope = Scope.ofStream(partition.stream(), List.of(state));
    List<Slot> slots = read.entries().stream().map(entry -> slot(scope, state, entry)).toList();
    return new ReplayPage(partition.index(), state, slots, end);
  }

  private Slot slot(Scope scope, LogState state, LogEntry entry) {
    Place place = Place.in(state, entry.position());
    return alone
        ? Slot.at(new Cursor(scope, List.of(place)), partition.index(), entry.event())
        : Slot.withoutId(partition.index(), place, entry.event());
  }
}
