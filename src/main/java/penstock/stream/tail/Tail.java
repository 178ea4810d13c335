package penstock.stream.tail;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;

/**
 * Follows the logs of this instance's streams, for all who want to know: one loop for those who
 * want the entries, and one for those who only want to be woken, so that a busy log that nobody
 * wants to see is not read for nothing. It goes on from its position after a lost connection, so
 * that it misses nothing.
 */
@Startup
@ApplicationScoped
public class Tail {

  private final EventLog log;
  private final TailLoop entries;
  private final TailLoop wakes;

  @Inject
  public Tail(
      Vertx vertx, RedisLinks links, EventLog log, TailConfig config, MeterRegistry meters) {
    this.log = log;
    entries = new TailLoop("tail", vertx, links, log, config, TailLoop.Mode.ENTRIES);
    wakes = new TailLoop("tail-wakes", vertx, links, log, config, TailLoop.Mode.WAKES);
    for (TailLoop loop : new TailLoop[] {entries, wakes}) {
      Gauge.builder("penstock.tail.followed", loop, TailLoop::followed)
          .description("Partitions followed now")
          .tags(loop.tags())
          .register(meters);
      FunctionCounter.builder("penstock.tail.reads", loop, TailLoop::reads)
          .description("Reads of logs with something new, or not looked at for a while")
          .tags(loop.tags())
          .register(meters);
    }
  }

  /**
   * Begins to follow a partition.
   *
   * @return completes on the tail's event loop, and before the first call of the follower, with the
   *     log's state once following has begun: every entry after its {@code last} will be delivered.
   *     Fails as {@link RedisLink} says.
   */
  public Future<LogState> follow(Partition partition, TailListener follower) {
    return follow(logOf(partition), follower);
  }

  /**
   * Begins to follow what is no log, but read like one: its follower must want to be woken only,
   * since the entries are no events.
   */
  public Future<LogState> follow(TailSource source, TailListener follower) {
    return loopOf(follower).follow(source, follower);
  }

  /** Ends what {@link #follow} began. A call that is under way may still come. */
  public void unfollow(Partition partition, TailListener follower) {
    unfollow(logOf(partition), follower);
  }

  /** Ends what {@link #follow} began. A call that is under way may still come. */
  public void unfollow(TailSource source, TailListener follower) {
    loopOf(follower).unfollow(source, follower);
  }

  /**
   * Nanoseconds for which Redis has not answered what it was asked of the logs whose entries are
   * followed; 0 if it is asked nothing now. Within {@code penstock.tail.check-interval} it is.
   */
  public long silence() {
    return entries.silence();
  }

  private TailSource logOf(Partition partition) {
    return new TailSource.Log(partition, log.keys(partition).events());
  }

  private TailLoop loopOf(TailListener follower) {
    return follower.wantsEntries() ? entries : wakes;
  }

  @PreDestroy
  void close() {
    entries.close();
    wakes.close();
  }
}
