package penstock.projection.service;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import penstock.consumer.ProjectionConfig;
import penstock.consumer.Shard;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.service.ShardSource;
import penstock.consumer.worker.ShardTask;
import penstock.projection.ProjectionShard;
import penstock.projection.worker.ShardTaskFactory;
import penstock.redis.Keys;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.RegistrySnapshot;
import penstock.view.ViewDefinition;
import penstock.view.Views;

/** The shards of views: each partition of each generation that the configuration wants. */
@ApplicationScoped
class Projection implements ShardSource {

  private final Views views;
  private final GenerationRegistry generations;
  private final EventLog log;
  private final ShardTaskFactory tasks;
  private final GenerationReaper reaper;

  @Inject
  Projection(
      Views views,
      GenerationRegistry generations,
      EventLog log,
      ProjectionConfig config,
      Keys keys,
      RedisLinks links,
      ShardTaskFactory tasks) {
    this.views = views;
    this.generations = generations;
    this.log = log;
    this.tasks = tasks;
    this.reaper = new GenerationReaper(links.commands(), keys, config.keepUnused());
  }

  @Override
  public List<ProjectionShard> shards(RegistrySnapshot registry) {
    var all = new ArrayList<ProjectionShard>();
    for (ViewDefinition view : views.all()) {
      for (Generation generation : registry.wanted(view)) {
        for (Partition partition : generation.partitions()) {
          all.add(
              new ProjectionShard(
                  view,
                  generation,
                  partition,
                  log.keys(partition),
                  generations.keys(view.name(), generation, partition.index())));
        }
      }
    }
    return all;
  }

  @Override
  public Optional<ShardTask> create(Shard shard, PartitionAssignor assignor) {
    return shard instanceof ProjectionShard own
        ? Optional.of(tasks.create(own, assignor))
        : Optional.empty();
  }

  @Override
  public void tidy() {
    reaper.runAside();
  }
}
