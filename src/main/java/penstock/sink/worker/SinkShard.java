package penstock.sink.worker;

import penstock.consumer.Shard;
import penstock.redis.Keys;
import penstock.sink.SinkDefinition;
import penstock.stream.Partition;

/**
 * What one task works: a partition of a sink's stream.
 *
 * @param log the keys of the partition's log
 * @param names the keys of the sink on that partition
 */
public record SinkShard(
    SinkDefinition sink, Partition partition, Keys.OfPartition log, Keys.OfSink names)
    implements Shard {

  @Override
  public String group() {
    return "sink." + sink.name();
  }

  /** No view's name begins so. */
  @Override
  public String name() {
    return "#sink:" + sink.name();
  }

  @Override
  public String toString() {
    return "sink=" + sink.name() + " partition=" + partition;
  }
}
