package penstock.feed.replay;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.feed.frame.BufferedEvent;
import penstock.problem.IsolatedCall;
import penstock.redis.RedisLink;
import penstock.stream.Cursor;
import penstock.stream.CursorScope;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.PartitionPosition;
import penstock.stream.Position;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogPage;

/**
 * Reads older events of a partition for readers who are behind: each page once for all who want it
 * within some seconds. Who asks for a page that is being read gets the same one; who asks later
 * gets it from {@link RecentPages}, if the log, observed after it asked, is still the one that the
 * page was read of, and nothing was removed from it since. May be used from any thread.
 */
public final class Replay {

  /**
   * A page that is being read from further back may hold what is asked for: so often that is waited
   * for. Otherwise those who left at events next to each other would never meet on one page.
   */
  private static final int MOST_WAITS = 4;

  private final EventLog log;
  private final RedisLink link;
  private final AsyncSemaphore permits;
  private final FeedMeters meters;
  private final RecentPages recent;
  private final Partition partition;
  private final boolean singlePartition;
  private final PageSize size;

  /** By the position behind which is read. */
  private final ConcurrentNavigableMap<Position, Future<ReplayPage>> underWay =
      new ConcurrentSkipListMap<>();

  /** The log's state at some moment from when it is asked for. */
  private final SingleFlight<LogState> observed;

  /**
   * @param singlePartition the stream has no other partition, so that its place is all that an id
   *     says
   */
  Replay(
      EventLog log,
      RedisLink link,
      AsyncSemaphore permits,
      FeedMeters meters,
      FeedConfig config,
      RecentPages recent,
      Partition partition,
      boolean singlePartition) {
    this.log = log;
    this.link = link;
    this.permits = permits;
    this.meters = meters;
    this.recent = recent;
    this.partition = partition;
    this.singlePartition = singlePartition;
    this.size = new PageSize(config.replaySize().asLongValue(), config.replayCount());
    this.observed = new SingleFlight<>(() -> log.observe(partition, link));
  }

  /**
   * The page behind a position. Completes on any thread.
   *
   * @param known a position that was in the log before: if nothing comes between, the page reaches
   *     at least up to it
   */
  public Future<ReplayPage> behind(Position from, Position known) {
    return behind(from, known, MOST_WAITS);
  }

  private Future<ReplayPage> behind(Position from, Position known, int waits) {
    Map.Entry<Position, Future<ReplayPage>> near = underWay.floorEntry(from);
    if (near != null && near.getKey().equals(from)) {
      return near.getValue();
    }
    if (near != null && waits > 0) {
      return near.getValue().transform(done -> behind(from, known, waits - 1));
    }
    Future<ReplayPage> page =
        IsolatedCall.begin(() -> kept(from, () -> permits.run(() -> unlessKept(from, known))));
    if (!page.isComplete() && underWay.putIfAbsent(from, page) == null) {
      page.onComplete(done -> underWay.remove(from, page));
    }
    return page;
  }

  /** Others may have read it while this waited for its turn. */
  private Future<ReplayPage> unlessKept(Position from, Position known) {
    return kept(
        from,
        () ->
            read(from, known)
                .map(
                    page -> {
                      recent.keep(partition, from, page);
                      return page;
                    }));
  }

  private Future<ReplayPage> kept(Position from, Supplier<Future<ReplayPage>> otherwise) {
    return recent.behind(partition, from) == null
        ? otherwise.get()
        : observed
            .ask()
            .compose(
                now -> {
                  ReplayPage page = recent.behind(partition, from);
                  ReplayPage still = page == null ? null : page.in(now);
                  if (page != null && still == null) {
                    recent.forget(partition);
                  }
                  return still == null ? otherwise.get() : Future.succeededFuture(still);
                });
  }

  /** The entries are of one term if the log was in it before they were read and behind it. */
  private Future<ReplayPage> read(Position from, Position known) {
    meters.replayRead();
    int most = size.entries();
    long began = System.nanoTime();
    Future<LogState> before = log.observe(partition, link);
    Future<LogPage> entries = log.page(partition, from, most, link);
    Future<LogState> behind = log.observe(partition, link);
    return Future.all(before, entries, behind)
        .compose(
            all ->
                before.result().isOfTermOf(behind.result())
                    ? Future.succeededFuture(
                        page(from, known, entries.result(), most, behind.result(), began))
                    : read(from, known));
  }

  private ReplayPage page(
      Position from, Position known, LogPage read, int most, LogState state, long began) {
    meters.recordReplay(partition.stream(), read.entries(), System.nanoTime() - began);
    size.adapt(most, read.read(), read.bytes());
    Position end = read.read() > 0 ? read.last() : from;
    boolean all = read.read() < most;
    if (all && known.isAfter(end) && !known.isAfter(state.last())) {
      end = known;
    }
    CursorScope scope = CursorScope.ofStream(partition.stream(), List.of(state));
    List<BufferedEvent> events =
        read.entries().stream().map(entry -> event(scope, state, entry)).toList();
    return new ReplayPage(partition.index(), state, events, end);
  }

  private BufferedEvent event(CursorScope scope, LogState state, LogEntry entry) {
    PartitionPosition place = PartitionPosition.in(state, entry.position());
    return singlePartition
        ? BufferedEvent.at(new Cursor(scope, List.of(place)), partition.index(), entry.event())
        : BufferedEvent.withoutId(partition.index(), place, entry.event());
  }
}
