package penstock.projection;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
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
import penstock.trace.Tracing;
import penstock.view.Generation;
import penstock.view.Generations;
import penstock.view.Progress;
import penstock.view.Registry;
import penstock.view.ViewDefinition;
import penstock.view.Views;

/**
 * This instance's workers: one for each partition of each generation that its configuration wants,
 * of which those work that the {@link Roster} says. A {@link Watch} keeps the roster.
 */
@ApplicationScoped
class Projection {

  private static final Logger LOG = Logger.getLogger(Projection.class);

  private final Vertx vertx;
  private final Views views;
  private final Generations generations;
  private final Progress progress;
  private final EventLog log;
  private final Tail tail;
  private final RedisClock clock;
  private final MeterRegistry meters;
  private final Tracing tracing;
  private final ProjectionConfig config;
  private final Membership membership;
  private final Workplace redis;
  private final Roster roster;
  private final Watch watch;
  private final Semaphore loneFolds = new Semaphore(1);

  /** By the state key of what they work. */
  private final Map<String, WorkLoop> loops = new ConcurrentHashMap<>();

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
      Tracing tracing,
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
    this.clock = clock;
    this.meters = meters;
    this.tracing = tracing;
    this.config = config;
    this.roster = new Roster(instance.name());
    RedisLink reads = links.open("projection-reads");
    RedisLink writes = links.open("projection");
    this.membership =
        new Membership(
            links.open("membership"), links.open("notices"), keys, instance.name(), config.lease());
    this.redis =
        new Workplace(
            reads,
            writes,
            log,
            instance.name(),
            instance.process(),
            membership,
            config,
            Script.named("commit"));
    this.watch =
        new Watch(
            membership,
            generations,
            roster,
            new Caretaker(links.commands(), keys, config.keepUnused()),
            config,
            this::wanted,
            this::heard);
  }

  void start(@Observes StartupEvent event) {
    if (config.enabled()) {
      watch.start();
    }
  }

  /** The names of what this instance works, by what is registered. */
  private List<String> wanted(Registry registry) {
    return assignments(registry).stream().map(Assignment::name).distinct().toList();
  }

  private List<Assignment> assignments(Registry registry) {
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

  /** Takes in what the watch heard. Called on its thread. */
  private void heard(Watch.Heard news) {
    if (news.registry() != null) {
      adjust(assignments(news.registry()));
    }
    if (news.changed()) {
      loops.values().forEach(WorkLoop::nudge);
    }
    for (Notice notice : news.notices()) {
      WorkLoop about = loops.get(notice.about());
      if (about != null) {
        if (notice.kind() == Notice.Kind.REQUESTED) {
          about.worker().ask();
        }
        about.nudge();
      }
    }
  }

  private void adjust(List<Assignment> wanted) {
    var ended = new HashMap<>(loops);
    for (Assignment work : wanted) {
      if (ended.remove(work.names().state()) == null) {
        begin(work);
      }
    }
    ended.forEach(
        (key, loop) -> {
          LOG.infof("not worked any more: %s", loop.worker().assignment());
          loops.remove(key);
          Thread.ofVirtual().start(() -> loop.stop(config.lease()));
        });
  }

  private void begin(Assignment work) {
    Worker worker =
        new Worker(
            work,
            redis,
            new Succession(work, generations, redis, roster),
            progress,
            roster,
            new WorkerMeters(meters, work, clock::age),
            tracing,
            config,
            loneFolds);
    WorkLoop loop = new WorkLoop(worker, new Backoff(config.backoff()));
    loops.put(work.names().state(), loop);
    follow(loop);
    loop.start();
  }

  /** Has the loop woken; tries again until that succeeds. Meanwhile the loop looks by itself. */
  private void follow(WorkLoop loop) {
    Partition partition = loop.worker().assignment().partition();
    Waker waker = new Waker(loop);
    tail.follow(partition, waker)
        .onSuccess(
            following -> {
              loop.onEnd(() -> tail.unfollow(partition, waker));
              loop.wake();
            })
        .onFailure(failure -> vertx.setTimer(config.backoff().toMillis(), again -> retry(loop)));
  }

  private void retry(WorkLoop loop) {
    if (loops.containsValue(loop)) {
      follow(loop);
    }
  }

  /** Before readers are sent away, so that another instance works as soon as possible. */
  void leave(@Observes ShutdownDelayInitiatedEvent event) {
    stop();
  }

  void stop(@Observes ShutdownEvent event) {
    stop();
  }

  /** Leaves the others' list, then stops all loops at once and waits for each. */
  private void stop() {
    watch.stop();
    var stopping = new ArrayList<Thread>();
    for (WorkLoop loop : loops.values()) {
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
    return loops.values().stream().map(WorkLoop::worker).toList();
  }

  /** Whether it is known what there is to work. */
  boolean hasBegun() {
    return !config.enabled() || views.all().isEmpty() || !loops.isEmpty();
  }

  /** Whether readers read what it works, as this instance last heard. */
  boolean isServed(Assignment work) {
    String own = work.generation().id();
    return roster.served(work.view().name()).orElse(own).equals(own);
  }

  Membership membership() {
    return membership;
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
