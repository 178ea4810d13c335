package penstock.group;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.redis.PubSubListener;
import penstock.redis.RedisClock;
import penstock.redis.RedisLinks;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;

/**
 * The pulls of all groups on this instance: bounds how many wait, and hears for all of them, over
 * one connection, that something may be there. A queue that nobody has used for a while goes.
 */
@Startup
@ApplicationScoped
class PullQueues {

  private static final Logger LOG = Logger.getLogger(PullQueues.class);
  private static final Duration LINGER = Duration.ofSeconds(30);
  private static final Duration BUSY = Duration.ofSeconds(1);

  /** Which group of which stream. */
  record Id(StreamName stream, GroupName group) {}

  private final Vertx vertx;
  private final GroupRepository repository;
  private final EventLog log;
  private final RedisClock clock;
  private final GroupConfig config;
  private final MeterRegistry registry;
  private final Context context;
  private final PubSubListener notices;
  private final Map<Id, PullQueue> queues = new ConcurrentHashMap<>();
  private final Map<Id, GroupMeters> meters = new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean closed;
  private long tidyTimer = -1;
  private long lingerTimer = -1;

  /** By channel, who is to be woken. Only on the context. */
  private final Map<String, Map<PullQueue, PullPartition>> listening = new HashMap<>();

  @Inject
  PullQueues(
      Vertx vertx,
      RedisLinks links,
      GroupRepository repository,
      EventLog log,
      RedisClock clock,
      GroupConfig config,
      MeterRegistry registry) {
    this.vertx = vertx;
    this.repository = repository;
    this.log = log;
    this.clock = clock;
    this.config = config;
    this.registry = registry;
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    this.notices = links.openPubSub("groups-news", context, this::heard);
  }

  @PostConstruct
  void begin() {
    Gauge.builder("penstock.group.waiting", waiting, AtomicInteger::get)
        .description("Pulls that wait for events now")
        .register(registry);
    tidyTimer = vertx.setPeriodic(config.tidyInterval().toMillis(), tick -> tidy());
    lingerTimer = vertx.setPeriodic(LINGER.toMillis(), tick -> removeIdle());
  }

  /**
   * What is counted of a group here. To be asked for of one that there is: it is shown from then
   * on.
   */
  GroupMeters meters(StreamName stream, GroupName group) {
    return meters.computeIfAbsent(
        new Id(stream, group), id -> new GroupMeters(registry, stream, group));
  }

  /** The groups of which something is counted here. */
  Set<Id> counted() {
    return Set.copyOf(meters.keySet());
  }

  /** These are not there any more. */
  void forget(Set<Id> gone) {
    for (Id id : gone) {
      GroupMeters last = meters.remove(id);
      if (last != null) {
        last.remove();
      }
    }
  }

  /** A pull under way: what it brings, and how it is given up. */
  record Handle(Future<List<PulledMessage>> messages, Runnable cancel) {}

  /**
   * Pulls. The future's result is empty if there was nothing; it fails with a problem if too many
   * wait, or there is no such group, and as {@link penstock.redis.RedisLink} says.
   */
  Handle pull(Stream stream, GroupName group, PullRequest request) {
    if (waiting.incrementAndGet() > config.maxWaiting()) {
      waiting.decrementAndGet();
      return new Handle(Future.failedFuture(tooBusy()), () -> {});
    }
    Id id = new Id(stream.name(), group);
    PullQueue queue;
    try {
      queue = queues.computeIfAbsent(id, absent -> open(stream, group));
    } catch (RuntimeException defect) {
      waiting.decrementAndGet();
      throw defect;
    }
    var pull = new WaitingPull(request);
    queue.add(pull, waiting::decrementAndGet);
    return new Handle(
        pull.promise()
            .future()
            .recover(
                failure ->
                    Future.failedFuture(
                        GroupRepository.isRefused(failure, GroupRepository.UNKNOWN)
                            ? unknown(stream.name(), group)
                            : failure)),
        () -> queue.cancel(pull));
  }

  private PullQueue open(Stream stream, GroupName group) {
    PullQueue queue =
        new PullQueue(
            vertx,
            ((VertxInternal) vertx).createEventLoopContext(),
            stream,
            group,
            repository,
            log,
            () -> meters(stream.name(), group),
            clock,
            config);
    if (closed) {
      queue.close();
    }
    context.runOnContext(
        go ->
            queue.channels(
                (channel, partition) -> {
                  listening.computeIfAbsent(channel, this::listen).put(queue, partition);
                }));
    return queue;
  }

  /** Tries until it succeeds: meanwhile the queues look by themselves, now and then. */
  private Map<PullQueue, PullPartition> listen(String channel) {
    notices
        .listen(channel)
        .onFailure(
            failure ->
                vertx.setTimer(
                    config.checkInterval().toMillis(),
                    again ->
                        context.runOnContext(
                            go -> {
                              if (listening.containsKey(channel)) {
                                listen(channel);
                              }
                            })));
    return new LinkedHashMap<>();
  }

  private void heard(String channel) {
    listening
        .getOrDefault(channel, Map.of())
        .forEach((queue, partition) -> queue.onLoop(() -> queue.heard(partition)));
  }

  private void removeIdle() {
    queues.forEach(
        (id, queue) ->
            queue.onLoop(
                () -> {
                  // One that a pull is just on its way to lives on in that pull.
                  if (queue.idle() > LINGER.toNanos() && queues.remove(id, queue)) {
                    context.runOnContext(go -> leave(queue));
                  }
                }));
  }

  private void leave(PullQueue queue) {
    queue.channels(
        (channel, partition) -> {
          Map<PullQueue, PullPartition> who = listening.get(channel);
          if (who != null && who.remove(queue) != null && who.isEmpty()) {
            listening.remove(channel);
            notices.leave(channel);
          }
        });
  }

  private void tidy() {
    queues.forEach(
        (id, queue) ->
            queue.onLoop(
                () ->
                    queue.tidy(
                        mended -> {
                          if (mended > 0) {
                            LOG.warnf(
                                "deliveries put right: stream=%s group=%s entries=%d",
                                id.stream(), id.group(), mended);
                          }
                        })));
  }

  /** Those that wait are answered with nothing; from now on nobody waits. */
  void drain(@Observes ShutdownDelayInitiatedEvent ending) {
    close();
  }

  void end(@Observes ShutdownEvent ending) {
    close();
  }

  private void close() {
    closed = true;
    queues.values().forEach(PullQueue::close);
  }

  @PreDestroy
  void stop() {
    vertx.cancelTimer(tidyTimer);
    vertx.cancelTimer(lingerTimer);
  }

  static ProblemException unknown(StreamName stream, GroupName group) {
    return ProblemException.of(
        ProblemType.UNKNOWN_GROUP,
        "The stream '"
            + stream
            + "' has no group '"
            + group
            + "'. Make it with PUT /streams/"
            + stream
            + "/groups/"
            + group
            + ".");
  }

  private static ProblemException tooBusy() {
    return Problem.passing(
            ProblemType.TOO_BUSY,
            "Nothing was delivered, since too many pulls wait on this instance already. Retry"
                + " later.",
            BUSY)
        .exception();
  }
}
