package penstock.projection;

import penstock.consumer.Shard;
import penstock.redis.Keys;
import penstock.stream.Partition;
import penstock.view.Generation;
import penstock.view.ViewDefinition;

/**
 * What one task works: a partition of a generation of a view.
 *
 * @param log the keys of the partition's log
 * @param names the keys of the generation on that partition
 */
public record ProjectionShard(
    ViewDefinition view,
    Generation generation,
    Partition partition,
    Keys.OfPartition log,
    Keys.OfView names)
    implements Shard {

  @Override
  public String group() {
    return generation.group(view.name());
  }

  /** View and generation. */
  @Override
  public String name() {
    return view.name() + ":" + generation.id();
  }

  @Override
  public String toString() {
    return "view=" + view.name() + " generation=" + generation + " partition=" + partition;
  }
}
