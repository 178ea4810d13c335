package penstock.consumer.service;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import penstock.consumer.Instance;
import penstock.consumer.ProjectionConfig;
import penstock.consumer.Shard;
import penstock.consumer.membership.HeartbeatLoop;
import penstock.consumer.membership.Membership;
import penstock.consumer.membership.PartitionAssignor;
import penstock.consumer.worker.ShardTask;
import penstock.consumer.worker.WorkerThreads;
import penstock.stream.tail.Tail;
import penstock.view.GenerationRegistry;
import penstock.view.RegistrySnapshot;

/**
 * This instance's part in the work: a task for each shard that its configuration wants, of which
 * those work that the {@link PartitionAssignor} says. A {@link HeartbeatLoop} keeps the assignor.
 */
@ApplicationScoped
public class Workers {

  private final List<ShardSource> sources;
  private final ProjectionConfig config;
  private final PartitionAssignor assignor;
  private final HeartbeatLoop heartbeats;
  private final WorkerThreads threads;

  @Inject
  Workers(
      Vertx vertx,
      @Any jakarta.enterprise.inject.Instance<ShardSource> sources,
      GenerationRegistry generations,
      Tail tail,
      ProjectionConfig config,
      Instance instance,
      Membership membership) {
    this.sources = sources.stream().toList();
    this.config = config;
    this.assignor = new PartitionAssignor(instance.name());
    this.threads = new WorkerThreads(vertx, tail, this::create, config.lease(), config.backoff());
    this.heartbeats =
        new HeartbeatLoop(
            membership, generations, assignor, this::tidy, config, this::wanted, this::heard);
  }

  void start(@Observes StartupEvent event) {
    if (config.enabled()) {
      heartbeats.start();
    }
  }

  private ShardTask create(Shard shard) {
    return sources.stream()
        .map(source -> source.create(shard, assignor))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow();
  }

  private void tidy() {
    sources.forEach(ShardSource::tidy);
  }

  /** The names of what this instance works, by what is registered. */
  private List<String> wanted(RegistrySnapshot registry) {
    return shards(registry).stream().map(Shard::name).distinct().toList();
  }

  private List<Shard> shards(RegistrySnapshot registry) {
    var all = new ArrayList<Shard>();
    sources.forEach(source -> all.addAll(source.shards(registry)));
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

  public List<ShardTask> tasks() {
    return threads.tasks();
  }

  /** Who is to work what, as this instance last heard. */
  public PartitionAssignor assignor() {
    return assignor;
  }

  /** Whether this instance works at all. */
  public boolean isEnabled() {
    return config.enabled();
  }
}
