package penstock.projection.worker;

import penstock.consumer.Instance;
import penstock.consumer.ProjectionConfig;
import penstock.consumer.command.DeadLetterCommandQueue;
import penstock.consumer.membership.Membership;
import penstock.consumer.worker.ConsumerGroup;
import penstock.consumer.worker.LeaseKeeper;
import penstock.consumer.worker.LeaseRepository;
import penstock.consumer.worker.PendingSweeper;
import penstock.projection.ProjectionShard;
import penstock.redis.RedisLink;
import penstock.redis.Script;
import penstock.stream.deadletter.DeadLetterLog;
import penstock.stream.log.EventLog;

/**
 * All that a shard's task asks of Redis, over two links that the tasks of an instance share.
 *
 * @param reads for XREADGROUP, which never blocks here, and for entries
 * @param writes for all else: what is sent there is done in order
 * @param commit {@code commit.lua}
 */
record ShardRepositories(
    RedisLink reads,
    RedisLink writes,
    EventLog log,
    Instance instance,
    Membership membership,
    ProjectionConfig config,
    Script commit) {

  LeaseRepository leases(ProjectionShard shard) {
    return new LeaseRepository(
        shard,
        writes,
        new ViewAcquireCall(shard, writes, log, instance, config.lease()),
        instance,
        membership,
        config.lease());
  }

  ConsumerGroup group(ProjectionShard shard) {
    return new ConsumerGroup(shard, reads, writes, instance.name());
  }

  EntryRepository entries(ProjectionShard shard) {
    return new EntryRepository(shard, reads, writes);
  }

  CommitRepository commits(ProjectionShard shard) {
    return new CommitRepository(shard, writes, config.changes(), commit);
  }

  Suspects suspects(ProjectionShard shard) {
    return new Suspects(shard, writes, config.loneAttempts());
  }

  PendingSweeper sweeper(
      ProjectionShard shard, LeaseKeeper leases, Suspects suspects, ShardMeters meters) {
    return new PendingSweeper(shard, writes, instance.name(), leases, suspects::add, meters);
  }

  DeadLetterLog deadLetters(ProjectionShard shard) {
    return new DeadLetterLog(writes, shard.log());
  }

  DeadLetterCommandQueue commands(ProjectionShard shard) {
    return new DeadLetterCommandQueue(writes, membership, shard.names());
  }
}
