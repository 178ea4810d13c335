package penstock.schedule;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Streams;

/**
 * The engine of deadlines: runs each source's task for a partition when a deadline of it has
 * passed, on one of the instances that live. How it finds the next of all deadlines stands in
 * decision 013.
 */
@ApplicationScoped
public class Deadlines {

  private final DeadlineIndex index;
  private final DeadlineSweeper sweeper;
  private final DeadlineLoop loop;

  @Inject
  public Deadlines(
      Vertx vertx,
      RedisLinks links,
      Keys keys,
      EventLog log,
      Streams streams,
      ScheduleConfig config,
      MeterRegistry meters) {
    index = new DeadlineIndex(keys);
    sweeper = new DeadlineSweeper(index, log, streams, links);
    loop = new DeadlineLoop(vertx, links, index, sweeper, config);
    Gauge.builder("penstock.schedule.overdue", loop, DeadlineLoop::overdueSeconds)
        .description("How long ago the earliest deadline passed that nobody has seen to yet")
        .baseUnit("seconds")
        .register(meters);
  }

  /** Begins to run a source's task. To be called once for each kind, when the service starts. */
  public void add(DeadlineSource source) {
    loop.add(source);
  }

  /**
   * To be called when a deadline was written that is the first of its sorted set, before whoever
   * asked for it is told that it stands: until then nothing finds it but a sweep. One that is too
   * early does no harm.
   *
   * @param deadline in milliseconds by Redis's clock
   * @param over the link on which the deadline was written
   */
  public Future<Void> hint(
      DeadlineSource source, Partition partition, long deadline, RedisLink over) {
    return index.hint(source.nameOf(partition), deadline, over);
  }

  /** To be called when the sorted set of a partition was removed: there may be another one. */
  public Future<Void> renew(DeadlineSource source, Partition partition) {
    return sweeper.renew(source, partition);
  }

  @PreDestroy
  void close() {
    loop.close();
  }
}
