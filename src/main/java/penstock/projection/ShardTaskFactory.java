package penstock.projection;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.Semaphore;
import penstock.redis.RedisClock;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.stream.EventLog;
import penstock.trace.Tracing;
import penstock.view.Generations;
import penstock.view.Progress;

/** Makes the tasks of this instance, which share two links to Redis. */
@ApplicationScoped
public class ShardTaskFactory {

  private final ShardRepositories redis;
  private final Generations generations;
  private final Progress progress;
  private final MeterRegistry meters;
  private final RedisClock clock;
  private final Tracing tracing;
  private final ProjectionConfig config;
  private final Semaphore loneFolds = new Semaphore(1);

  @Inject
  ShardTaskFactory(
      RedisLinks links,
      EventLog log,
      Instance instance,
      Membership membership,
      Generations generations,
      Progress progress,
      MeterRegistry meters,
      RedisClock clock,
      Tracing tracing,
      ProjectionConfig config) {
    this.redis =
        new ShardRepositories(
            links.open("projection-reads"),
            links.open("projection"),
            log,
            instance,
            membership,
            config,
            Script.named("commit"));
    this.generations = generations;
    this.progress = progress;
    this.meters = meters;
    this.clock = clock;
    this.tracing = tracing;
    this.config = config;
  }

  /**
   * Makes the task of a shard.
   *
   * @param assignor says whether this instance is to work the shard
   */
  public Worker create(Assignment shard, Roster assignor) {
    return new Worker(
        shard,
        redis,
        new Succession(shard, redis.writes(), generations, redis.membership(), assignor),
        progress,
        assignor,
        new WorkerMeters(meters, shard, clock::age),
        tracing,
        config,
        loneFolds);
  }
}
