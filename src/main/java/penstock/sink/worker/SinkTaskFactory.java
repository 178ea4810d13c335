package penstock.sink.worker;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.LongUnaryOperator;
import penstock.consumer.Instance;
import penstock.consumer.ProjectionConfig;
import penstock.consumer.command.DeadLetterCommandQueue;
import penstock.consumer.membership.Membership;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.ConsumerGroup;
import penstock.consumer.worker.LeaseKeeper;
import penstock.consumer.worker.LeaseRepository;
import penstock.consumer.worker.PendingSweeper;
import penstock.consumer.worker.RecordFetcher;
import penstock.consumer.worker.ShardTask;
import penstock.redis.RedisClock;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.sink.SinkTarget;
import penstock.stream.deadletter.DeadLetterLog;
import penstock.stream.log.EventLog;
import penstock.trace.Tracing;

/** Makes the tasks of this instance's sinks, which share two links to Redis. */
@ApplicationScoped
public class SinkTaskFactory {

  private final RedisLink reads;
  private final RedisLink writes;
  private final EventLog log;
  private final Instance instance;
  private final Membership membership;
  private final MeterRegistry registry;
  private final LongUnaryOperator age;
  private final Tracing tracing;
  private final ProjectionConfig config;
  private final Script commit;

  @Inject
  SinkTaskFactory(
      RedisLinks links,
      EventLog log,
      Instance instance,
      Membership membership,
      MeterRegistry registry,
      RedisClock clock,
      Tracing tracing,
      ProjectionConfig config) {
    this(
        links.open("sink-reads"),
        links.open("sinks"),
        log,
        instance,
        membership,
        registry,
        clock::age,
        tracing,
        config,
        Script.named("sink-commit"));
  }

  SinkTaskFactory(
      RedisLink reads,
      RedisLink writes,
      EventLog log,
      Instance instance,
      Membership membership,
      MeterRegistry registry,
      LongUnaryOperator age,
      Tracing tracing,
      ProjectionConfig config,
      Script commit) {
    this.reads = reads;
    this.writes = writes;
    this.log = log;
    this.instance = instance;
    this.membership = membership;
    this.registry = registry;
    this.age = age;
    this.tracing = tracing;
    this.config = config;
    this.commit = commit;
  }

  /**
   * Makes the task of a shard.
   *
   * @param assignor says whether this instance is to work the shard
   */
  public ShardTask create(SinkShard shard, SinkTarget target, PartitionAssignor assignor) {
    var meters = new SinkMeters(registry, shard, age);
    var traced = new TracedTarget(target, shard.sink().name(), tracing);
    var acquire = new SinkAcquireCall(shard, writes, log, instance, config.lease());
    var leases =
        new LeaseKeeper(
            new LeaseRepository(shard, writes, acquire, instance, membership, config.lease()),
            meters,
            config.lease());
    var commits = new SinkCommitRepository(shard, writes, commit);
    var group = new ConsumerGroup(shard, reads, writes, instance.name());
    var sweeper = new PendingSweeper(shard, writes, instance.name(), leases, suspect -> {}, meters);
    var letters =
        new DeadLetterDelivery(
            shard,
            new DeadLetterCommandQueue(writes, membership, shard.names()),
            new DeadLetterLog(writes, shard.log()),
            commits,
            traced);
    var pipeline =
        new DeliveryPipeline(
            shard,
            acquire,
            group,
            new RecordFetcher(shard, group),
            new OpenEventRepository(shard, writes),
            commits,
            sweeper,
            letters,
            new DeliveryDispatcher(shard, traced, meters),
            meters,
            leases.interval());
    return new ShardTask(shard, assignor, leases, pipeline, meters, config.lease());
  }
}
