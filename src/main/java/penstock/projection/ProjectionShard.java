package penstock.projection;

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
    Keys.OfView names) {

  /** The consumer group on the log. */
  public String group() {
    return generation.group(view.name());
  }

  /** What an instance that works it names in its heartbeats: view and generation. */
  public String name() {
    return view.name() + ":" + generation.id();
  }

  @Override
  public String toString() {
    return "view=" + view.name() + " generation=" + generation + " partition=" + partition;
  }
}
