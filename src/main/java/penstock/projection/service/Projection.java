package penstock.projection.service;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import penstock.projection.Instance;
import penstock.projection.ProjectionConfig;
import penstock.projection.ProjectionShard;
import penstock.projection.membership.GenerationReaper;
import penstock.projection.membership.HeartbeatLoop;
import penstock.projection.membership.Membership;
import penstock.projection.membership.PartitionAssignor;
import penstock.projection.worker.ShardTask;
import penstock.projection.worker.ShardTaskFactory;
import penstock.projection.worker.WorkerThreads;
import penstock.redis.Keys;
import penstock.redis.RedisLinks;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.stream.tail.Tail;
import penstock.view.Generation;
import penstock.view.GenerationRegistry;
import penstock.view.RegistrySnapshot;
import penstock.view.ViewDefinition;
import penstock.view.Views;

/**
 * This instance's part in the projection: a task for each partition of each generation that its
 * configuration wants, of which those work that the {@link PartitionAssignor} says. A {@link
 * HeartbeatLoop} keeps the assignor.
 */
@ApplicationScoped
class Projection {

  private final Views views;
  private final GenerationRegistry generations;
  private final EventLog log;
  private final ProjectionConfig config;
  private final PartitionAssignor assignor;
  private final HeartbeatLoop heartbeats;
  private final WorkerThreads threads;

  @Inject
  Projection(
      Vertx vertx,
      Views views,
      GenerationRegistry generations,
      EventLog log,
      Tail tail,
      ProjectionConfig config,
      Keys keys,
      RedisLinks links,
      Instance instance,
      Membership membership,
      ShardTaskFactory tasks) {
    this.views = views;
    this.generations = generations;
    this.log = log;
    this.config = config;
    this.assignor = new PartitionAssignor(instance.name());
    this.threads =
        new WorkerThreads(
            vertx, tail, shard -> tasks.create(shard, assignor), config.lease(), config.backoff());
    this.heartbeats =
        new HeartbeatLoop(
            membership,
            generations,
            assignor,
            new GenerationReaper(links.commands(), keys, config.keepUnused()),
            config,
            this::wanted,
            this::heard);
  }

  void start(@Observes StartupEvent event) {
    if (config.enabled()) {
      heartbeats.start();
    }
  }

  /** The names of what this instance works, by what is registered. */
  private List<String> wanted(RegistrySnapshot registry) {
    return shards(registry).stream().map(ProjectionShard::name).distinct().toList();
  }

  private List<ProjectionShard> shards(RegistrySnapshot registry) {
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

  /** Takes in what the heartbeat loop heard. Called on its thread. */
  private void heard(HeartbeatLoop.Update news) {
    if (news.registry() != null) {
      threads.assign(shards(news.registry()));
    }
    if (news.changed()) {
      threads.nudgeAll();
    }
    news.messages().forEach(threads::received);
  }

  /** Before readers are sent away, so that another instance works as soon as possible. */
  void leave(@Observes ShutdownDelayInitiatedEvent event) {
    stop();
  }

  void stop(@Observes ShutdownEvent event) {
    stop();
  }

  /** Leaves the others' list, then gives all leases back. */
  private void stop() {
    heartbeats.stop();
    threads.stop();
  }

  List<ShardTask> tasks() {
    return threads.tasks();
  }

  /** Whether it is known what there is to work. */
  boolean hasBegun() {
    return !config.enabled() || views.all().isEmpty() || !threads.isEmpty();
  }

  /** Whether readers read what the task works, as this instance last heard. */
  boolean isServed(ProjectionShard shard) {
    String own = shard.generation().id();
    return assignor.served(shard.view().name()).orElse(own).equals(own);
  }
}
