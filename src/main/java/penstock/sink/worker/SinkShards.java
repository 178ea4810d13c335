package penstock.sink.worker;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import penstock.consumer.Shard;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.service.ShardSource;
import penstock.consumer.worker.ShardTask;
import penstock.redis.Keys;
import penstock.sink.SinkDefinition;
import penstock.sink.Sinks;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.view.RegistrySnapshot;

/** The shards of sinks: each partition of each sink that the configuration declares. */
@ApplicationScoped
public class SinkShards implements ShardSource {

  private final Sinks sinks;
  private final EventLog log;
  private final SinkTaskFactory tasks;

  @Inject
  SinkShards(Sinks sinks, EventLog log, SinkTaskFactory tasks) {
    this.sinks = sinks;
    this.log = log;
    this.tasks = tasks;
  }

  @Override
  public List<SinkShard> shards(RegistrySnapshot registry) {
    var all = new ArrayList<SinkShard>();
    sinks.all().forEach(sink -> all.addAll(of(sink)));
    return all;
  }

  /** Those of one sink, in the order of the partitions. */
  public List<SinkShard> of(SinkDefinition sink) {
    var all = new ArrayList<SinkShard>();
    for (Partition partition : sink.stream().partitions()) {
      Keys.OfPartition names = log.keys(partition);
      all.add(new SinkShard(sink, partition, names, names.sink(sink.name().value())));
    }
    return all;
  }

  @Override
  public Optional<ShardTask> create(Shard shard, PartitionAssignor assignor) {
    return shard instanceof SinkShard own
        ? Optional.of(tasks.create(own, sinks.target(own.sink().name()), assignor))
        : Optional.empty();
  }
}
