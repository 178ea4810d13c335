package penstock.projection;

import penstock.redis.RedisLink;
import penstock.redis.Script;
import penstock.stream.EventLog;

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

  LeaseRepository leases(Assignment shard) {
    return new LeaseRepository(shard, writes, log, instance, membership, config.lease());
  }

  ConsumerGroup group(Assignment shard) {
    return new ConsumerGroup(shard, reads, writes, instance.name());
  }

  EntryRepository entries(Assignment shard) {
    return new EntryRepository(shard, reads, writes);
  }

  CommitRepository commits(Assignment shard) {
    return new CommitRepository(shard, writes, config.changes(), commit);
  }

  Suspects suspects(Assignment shard) {
    return new Suspects(shard, writes, config.loneAttempts());
  }

  PendingSweeper pending(
      Assignment shard, LeaseKeeper leases, Suspects suspects, WorkerMeters meters) {
    return new PendingSweeper(shard, writes, instance.name(), leases, suspects, meters);
  }

  DeadLetterLog deadLetters(Assignment shard) {
    return new DeadLetterLog(writes, shard.log());
  }

  DeadLetterCommandQueue commands(Assignment shard) {
    return new DeadLetterCommandQueue(writes, membership, shard.names());
  }
}
