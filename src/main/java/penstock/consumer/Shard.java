package penstock.consumer;

import penstock.redis.Keys;
import penstock.stream.Partition;

/** What one task works: a partition of a stream for one consumer. */
public interface Shard {

  Partition partition();

  /** The keys of the partition's log. */
  Keys.OfPartition log();

  /** The keys of what is known of the shard. */
  Keys.OfShard names();

  /** The consumer group on the log. */
  String group();

  /** What an instance that works it names in its heartbeats; without blanks. */
  String name();
}
