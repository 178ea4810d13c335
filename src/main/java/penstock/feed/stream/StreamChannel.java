package penstock.feed.stream;

import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.feed.frame.HistoryQuota;
import penstock.feed.loop.LoopDispatchers;
import penstock.feed.loop.SubscriberShard;
import penstock.feed.replay.Replay;
import penstock.feed.replay.ReplayPage;
import penstock.feed.replay.SingleFlight;
import penstock.problem.IsolatedCall;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;
import penstock.stream.tail.Tail;
import penstock.stream.tail.TailListener;

/**
 * What this instance's readers of one stream share: its newest events, encoded, and the way to the
 * older ones.
 */
final class StreamChannel {

  /** Event loops on which a stream has readers, until there are more. */
  private static final int FEW = 2;

  private final Stream stream;
  private final Tail tail;
  private final LongSupplier silence;
  private final SingleFlight<List<LogState>> states;
  private final LoopDispatchers dispatchers;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final HistoryQuota quota;
  private final List<Replay> replays;
  private final ConcurrentMap<Thread, StreamShard> shards = new ConcurrentHashMap<>(FEW);
  private final List<FollowedPartition> followed;
  private final Future<Void> opened;

  /** Until all are followed: from where on each is, as far as that is known. */
  private final @Nullable LogState[] begun;

  private volatile @Nullable HistoryBuffer history;

  /** None before the first event, since it takes as much memory as half of the rest. */
  private volatile @Nullable Timer latency;

  private boolean closed;

  /**
   * @param quota of all streams' histories
   * @param replays one for each partition, in order
   */
  StreamChannel(
      Stream stream,
      Tail tail,
      EventLog log,
      LoopDispatchers dispatchers,
      FeedConfig config,
      FeedMeters meters,
      HistoryQuota quota,
      List<Replay> replays) {
    this.stream = stream;
    this.tail = tail;
    this.silence = tail.silence(stream.partitions());
    this.states = new SingleFlight<>(() -> log.observe(stream.partitions()));
    this.dispatchers = dispatchers;
    this.config = config;
    this.meters = meters;
    this.quota = quota;
    this.replays = List.copyOf(replays);
    this.begun = new LogState[stream.partitions().size()];
    this.followed = stream.partitions().stream().map(FollowedPartition::new).toList();
    this.opened = Future.join(followed.stream().map(FollowedPartition::follow).toList()).mapEmpty();
    opened.onFailure(failure -> unfollow());
  }

  Stream stream() {
    return stream;
  }

  /** Done when the channel can be used. Completes on any thread. */
  Future<Void> opened() {
    return IsolatedCall.share(opened);
  }

  void close() {
    // what is not followed yet could not be left
    opened.onComplete(done -> unfollow());
    synchronized (this) {
      closed = true;
      HistoryBuffer last = history;
      if (last != null) {
        last.close();
      }
      Timer present = latency;
      if (present != null) {
        meters.forget(present);
      }
    }
  }

  /**
   * Of its events, to all readers. Null if it is closed and had none before: a turn may be over
   * after its last reader has gone, and what is registered then nobody would remove.
   */
  @Nullable Timer latency() {
    Timer present = latency;
    return present == null ? firstLatency() : present;
  }

  private synchronized @Nullable Timer firstLatency() {
    if (latency == null && !closed) {
      latency = meters.latency(stream.name());
    }
    return latency;
  }

  private void unfollow() {
    followed.forEach(one -> tail.unfollow(one.partition, one));
  }

  /** The present history. */
  HistoryBuffer history() {
    HistoryBuffer present = history;
    if (present == null) {
      throw new IllegalStateException("not opened yet");
    }
    return present;
  }

  /** The state of each partition, in order. Completes on any thread. */
  Future<List<LogState>> observe() {
    return states.ask();
  }

  /** A reader found all that is behind its cursor here. */
  void joined() {
    meters.historyHit();
  }

  /** Nanoseconds for which nothing is known of the logs, since Redis does not answer. */
  long silence() {
    return silence.getAsLong();
  }

  /** Events of a partition behind a position, from Redis. Completes on any thread. */
  Future<ReplayPage> replay(int partition, Position from) {
    return IsolatedCall.share(replays.get(partition).behind(from, history().floor(partition)));
  }

  /** Those readers who are served by the caller's event loop. */
  StreamShard shard(Context context) {
    return shards.computeIfAbsent(
        Thread.currentThread(),
        thread ->
            new StreamShard(
                dispatchers.of(context),
                config.gather(),
                meters,
                this::latency,
                () -> shards.remove(thread)));
  }

  private HistoryBuffer historyFrom(List<LogState> logs) {
    return new HistoryBuffer(
        stream.name(), logs, config.historyEvents(), config.historySize().asLongValue(), quota);
  }

  private void wake() {
    shards.values().forEach(SubscriberShard::wake);
  }

  /** Those event loops whose readers wait for other subjects are let be. */
  private void wake(List<LogEntry> entries) {
    List<String> keys = new ArrayList<>(entries.size());
    entries.forEach(entry -> keys.addAll(EventInterest.keys(entry.event())));
    shards.values().forEach(shard -> shard.wakeFor(keys, entries.size(), config.historyEvents()));
  }

  /** A partition is followed, or more came of it before all others were followed. */
  private void begun(int partition, LogState state) {
    begun[partition] = state;
    if (Arrays.stream(begun).allMatch(one -> one != null)) {
      history = historyFrom(Arrays.asList(begun));
    }
  }

  private synchronized Void began(int partition, LogState state) {
    // what came meanwhile is further
    if (begun[partition] == null) {
      begun(partition, state);
    }
    return null;
  }

  private synchronized void appended(int partition, LogState now, List<LogEntry> entries) {
    if (closed) {
      return;
    }
    HistoryBuffer present = history;
    if (present != null) {
      present.add(partition, now, entries);
      wake(entries);
    } else if (!entries.isEmpty()) {
      begun(partition, now.until(entries.getLast().position()));
    }
  }

  private synchronized void moved(int partition, LogState now) {
    if (closed) {
      return;
    }
    HistoryBuffer before = history;
    if (before == null) {
      begun(partition, now);
      return;
    }
    List<LogState> logs = new ArrayList<>(before.reached());
    logs.set(partition, now);
    history = historyFrom(logs);
    before.close();
    wake();
  }

  /** One of the stream's partitions, for the tail to call. */
  private final class FollowedPartition implements TailListener {

    private final Partition partition;

    FollowedPartition(Partition partition) {
      this.partition = partition;
    }

    Future<Void> follow() {
      return tail.follow(partition, this).map(state -> began(partition.index(), state));
    }

    @Override
    public void appended(LogState now, List<LogEntry> entries) {
      StreamChannel.this.appended(partition.index(), now, entries);
    }

    @Override
    public void moved(LogState now) {
      StreamChannel.this.moved(partition.index(), now);
    }
  }
}
