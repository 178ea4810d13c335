package penstock.projection;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import penstock.redis.Keys;
import penstock.redis.RedisClock;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.Script;
import penstock.stream.EventLog;
import penstock.stream.Follower;
import penstock.stream.LogEntry;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Tail;
import penstock.view.Generation;
import penstock.view.Generations;
import penstock.view.Progress;
import penstock.view.ViewDefinition;
import penstock.view.Views;

/** This instance's workers: one for each partition of each view. */
@ApplicationScoped
class Projection {

  private final Vertx vertx;
  private final Views views;
  private final Generations generations;
  private final Progress progress;
  private final EventLog log;
  private final Tail tail;
  private final Keys keys;
  private final RedisClock clock;
  private final MeterRegistry meters;
  private final ProjectionConfig config;
  private final Workplace redis;
  private final List<WorkLoop> loops = new CopyOnWriteArrayList<>();

  @Inject
  Projection(
      Vertx vertx,
      Views views,
      Generations generations,
      Progress progress,
      EventLog log,
      Tail tail,
      Keys keys,
      MeterRegistry meters,
      ProjectionConfig config,
      RedisLinks links,
      RedisClock clock,
      Instance instance) {
    this.vertx = vertx;
    this.views = views;
    this.generations = generations;
    this.progress = progress;
    this.log = log;
    this.tail = tail;
    this.keys = keys;
    this.clock = clock;
    this.meters = meters;
    this.config = config;
    RedisLink reads = links.open("projection-reads");
    RedisLink writes = links.open("projection");
    this.redis = new Workplace(reads, writes, log, instance.name(), config, Script.named("commit"));
  }

  void start(@Observes StartupEvent event) {
    if (!config.enabled()) {
      return;
    }
    for (ViewDefinition view : views.all()) {
      Generation generation = view.generation();
      for (Partition partition : generation.partitions()) {
        WorkLoop loop =
            new WorkLoop(worker(view, generation, partition), new Backoff(config.backoff()));
        loops.add(loop);
        tellState(loop.worker());
        follow(partition, loop);
        loop.start();
      }
    }
  }

  private Worker worker(ViewDefinition view, Generation generation, Partition partition) {
    Assignment work =
        new Assignment(
            view,
            generation,
            partition,
            log.keys(partition),
            generations.keys(view.name(), generation, partition.index()));
    return new Worker(
        work,
        redis,
        new Succession(work, generations, redis, keys),
        progress,
        new WorkerMeters(meters, work, clock::age),
        config);
  }

  private void tellState(Worker worker) {
    Tags partition =
        Tags.of(
            "view", worker.assignment().view().name().value(),
            "partition", Integer.toString(worker.assignment().partition().index()));
    Gauge.builder(
            "penstock.view.working",
            worker,
            one -> one.state() instanceof WorkerState.Working ? 1 : 0)
        .description("Whether this instance works the partition; one of all instances should")
        .tags(partition)
        .register(meters);
    Gauge.builder(
            "penstock.view.halted",
            worker,
            one -> one.state() instanceof WorkerState.Halted ? 1 : 0)
        .description("Whether the view cannot go on until someone has it built anew")
        .tags(partition)
        .register(meters);
  }

  /** Has the loop woken; tries again until that succeeds. Meanwhile the loop looks by itself. */
  private void follow(Partition partition, WorkLoop loop) {
    tail.follow(partition, new Waker(loop))
        .onSuccess(following -> loop.wake())
        .onFailure(
            failure ->
                vertx.setTimer(config.backoff().toMillis(), again -> follow(partition, loop)));
  }

  /** Stops all at once, then waits for each. */
  void stop(@Observes ShutdownEvent event) {
    var stopping = new ArrayList<Thread>();
    for (WorkLoop loop : loops) {
      stopping.add(Thread.ofVirtual().start(() -> loop.stop(config.lease())));
    }
    for (Thread each : stopping) {
      try {
        each.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  List<Worker> workers() {
    return loops.stream().map(WorkLoop::worker).toList();
  }

  private record Waker(WorkLoop loop) implements Follower {

    @Override
    public boolean wantsEntries() {
      return false;
    }

    @Override
    public void appended(LogState log, List<LogEntry> entries) {
      loop.wake();
    }

    @Override
    public void moved(LogState log) {
      loop.wake();
    }
  }
}
