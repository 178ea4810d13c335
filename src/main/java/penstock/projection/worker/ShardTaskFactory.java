package penstock.projection.worker;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.Semaphore;
import penstock.projection.Instance;
import penstock.projection.ProjectionConfig;
import penstock.projection.ProjectionShard;
import penstock.projection.membership.Membership;
import penstock.projection.membership.PartitionAssignor;
import penstock.redis.RedisClock;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.stream.log.EventLog;
import penstock.trace.Tracing;
import penstock.view.GenerationRegistry;
import penstock.view.read.ProgressWaiters;

/** Makes the tasks of this instance, which share two links to Redis. */
@ApplicationScoped
public class ShardTaskFactory {

  private final ShardRepositories redis;
  private final GenerationRegistry generations;
  private final ProgressWaiters progress;
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
      GenerationRegistry generations,
      ProgressWaiters progress,
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
  public ShardTask create(ProjectionShard shard, PartitionAssignor assignor) {
    return new ShardTask(
        shard,
        redis,
        new GenerationSwitch(shard, redis.writes(), generations, redis.membership(), assignor),
        progress,
        assignor,
        new ShardMeters(meters, shard, clock::age),
        tracing,
        config,
        loneFolds);
  }
}
