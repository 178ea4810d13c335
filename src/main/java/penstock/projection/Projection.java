package penstock.projection;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import penstock.redis.Keys;
import penstock.redis.RedisLinks;
import penstock.stream.EventLog;
import penstock.stream.Partition;
import penstock.stream.Tail;
import penstock.view.Generation;
import penstock.view.Generations;
import penstock.view.Registry;
import penstock.view.ViewDefinition;
import penstock.view.Views;

/**
 * This instance's part in the projection: a task for each partition of each generation that its
 * configuration wants, of which those work that the {@link Roster} says. A {@link Watch} keeps the
 * assignor.
 */
@ApplicationScoped
class Projection {

  private final Views views;
  private final Generations generations;
  private final EventLog log;
  private final ProjectionConfig config;
  private final Roster assignor;
  private final Watch heartbeats;
  private final WorkerThreads threads;

  @Inject
  Projection(
      Vertx vertx,
      Views views,
      Generations generations,
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
    this.assignor = new Roster(instance.name());
    this.threads =
        new WorkerThreads(
            vertx, tail, shard -> tasks.create(shard, assignor), config.lease(), config.backoff());
    this.heartbeats =
        new Watch(
            membership,
            generations,
            assignor,
            new Caretaker(links.commands(), keys, config.keepUnused()),
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
  private List<String> wanted(Registry registry) {
    return shards(registry).stream().map(Assignment::name).distinct().toList();
  }

  private List<Assignment> shards(Registry registry) {
    var all = new ArrayList<Assignment>();
    for (ViewDefinition view : views.all()) {
      for (Generation generation : registry.wanted(view)) {
        for (Partition partition : generation.partitions()) {
          all.add(
              new Assignment(
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
  private void heard(Watch.Heard news) {
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

  List<Worker> workers() {
    return threads.tasks();
  }

  /** Whether it is known what there is to work. */
  boolean hasBegun() {
    return !config.enabled() || views.all().isEmpty() || !threads.isEmpty();
  }

  /** Whether readers read what the task works, as this instance last heard. */
  boolean isServed(Assignment shard) {
    String own = shard.generation().id();
    return assignor.served(shard.view().name()).orElse(own).equals(own);
  }
}
