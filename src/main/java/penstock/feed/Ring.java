package penstock.feed;

import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import penstock.stream.EventLog;
import penstock.stream.Follower;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Position;
import penstock.stream.Stream;
import penstock.stream.Tail;

/**
 * What this instance's readers of one stream share: its newest events, encoded, and the way to the
 * older ones.
 */
final class Ring implements Follower {

  private final Stream stream;
  private final Partition partition;
  private final Tail tail;
  private final EventLog log;
  private final Pumps pumps;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final Timer latency;
  private final Replay replay;
  private final ConcurrentMap<Thread, Crowd> crowds = new ConcurrentHashMap<>();
  private final Future<Void> opened;
  private volatile @Nullable Lane lane;

  Ring(
      Stream stream,
      Tail tail,
      EventLog log,
      Pumps pumps,
      FeedConfig config,
      FeedMeters meters,
      Replay replay) {
    this.stream = stream;
    this.partition = stream.partitions().getFirst();
    this.tail = tail;
    this.log = log;
    this.pumps = pumps;
    this.config = config;
    this.meters = meters;
    this.latency = meters.latency(stream.name());
    this.replay = replay;
    this.opened = tail.follow(partition, this).map(this::begin);
  }

  private Void begin(LogState state) {
    lane = laneFrom(state);
    return null;
  }

  private Lane laneFrom(LogState state) {
    return new Lane(stream.name(), state, config.ringEvents(), config.ringSize().asLongValue());
  }

  Stream stream() {
    return stream;
  }

  /** Done when the ring can be used. Completes on any thread. */
  Future<Void> opened() {
    return opened;
  }

  void close() {
    tail.unfollow(partition, this);
    meters.forget(latency);
  }

  /** The present lane. */
  Lane lane() {
    Lane present = lane;
    if (present == null) {
      throw new IllegalStateException("not opened yet");
    }
    return present;
  }

  Future<LogState> observe() {
    return log.observe(partition);
  }

  /** Nanoseconds for which nothing is known of the log, since Redis does not answer. */
  long silence() {
    return tail.silence();
  }

  /** Events behind a position, from Redis. Completes on any thread. */
  Future<ReplayPage> replay(Position from) {
    return replay.behind(from, lane().before());
  }

  /** Those readers who are served by the caller's event loop. */
  Crowd crowd(Context context) {
    return crowds.computeIfAbsent(
        Thread.currentThread(),
        thread ->
            new Crowd(pumps.of(context), config, meters, latency, () -> crowds.remove(thread)));
  }

  @Override
  public void appended(LogState now, List<LogEntry> entries) {
    lane().add(now, entries);
    crowds.values().forEach(Crowd::wake);
  }

  @Override
  public void moved(LogState now) {
    Lane before = lane();
    lane = laneFrom(now);
    before.close();
    crowds.values().forEach(Crowd::wake);
  }
}
