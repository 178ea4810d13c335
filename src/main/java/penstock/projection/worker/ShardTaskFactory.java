package penstock.projection.worker;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.Semaphore;
import penstock.consumer.Instance;
import penstock.consumer.ProjectionConfig;
import penstock.consumer.membership.Membership;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.ConsumerGroup;
import penstock.consumer.worker.LeaseKeeper;
import penstock.consumer.worker.PendingSweeper;
import penstock.consumer.worker.RecordFetcher;
import penstock.consumer.worker.ShardTask;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisClock;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.stream.log.EventLog;
import penstock.stream.tail.Tail;
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
  private final Tail tail;
  private final ProjectionConfig config;
  private final Semaphore loneFolds = new Semaphore(1);

  @Inject
  ShardTaskFactory(
      RedisLinks links,
      Tail tail,
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
            links.open("projection", tail.wakes()),
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
    this.tail = tail;
    this.config = config;
  }

  /**
   * Makes the task of a shard.
   *
   * @param assignor says whether this instance is to work the shard
   */
  public ShardTask create(ProjectionShard shard, PartitionAssignor assignor) {
    return task(
        shard,
        redis,
        new GenerationSwitch(shard, redis.writes(), generations, redis.membership(), assignor),
        progress,
        assignor,
        new ShardMeters(meters, shard, clock::age),
        tracing,
        tail,
        config,
        loneFolds);
  }

  /**
   * @param loneFolds one permit, shared by all tasks of the process: for the one that folds an
   *     event alone
   */
  static ShardTask task(
      ProjectionShard shard,
      ShardRepositories redis,
      GenerationSwitch generationSwitch,
      ProgressWaiters progress,
      PartitionAssignor assignor,
      ShardMeters meters,
      Tracing tracing,
      Tail tail,
      ProjectionConfig config,
      Semaphore loneFolds) {
    var leases = new LeaseKeeper(redis.leases(shard), meters, config.lease());
    var cache = new EntryCache(config.cacheSize().asLongValue());
    Suspects suspects = redis.suspects(shard);
    EntryRepository entries = redis.entries(shard);
    PendingSweeper sweeper = redis.sweeper(shard, leases, suspects, meters);
    ConsumerGroup group = redis.group(shard);
    CommitRepository commits = redis.commits(shard);
    var folds =
        new FoldPipeline(
            group,
            new RecordFetcher(shard, group),
            new BatchBuilder(shard, entries, cache, suspects, tracing),
            new CommitPipeline(shard, commits, cache, meters, progress, tracing, tail),
            sweeper,
            loneFolds,
            leases.interval());
    var commands =
        new DeadLetterExecutor(
            shard, redis.commands(shard), redis.deadLetters(shard), entries, cache, commits);
    var takeover = new Takeover(shard, leases, entries, sweeper, suspects);
    return new ShardTask(
        shard,
        assignor,
        leases,
        new ViewPipeline(generationSwitch, takeover, folds, commands, cache, suspects),
        meters,
        config.lease());
  }
}
