package penstock.stream.retention;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Request;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import penstock.problem.ProblemException;
import penstock.problem.RepeatedCall;
import penstock.redis.Keys;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.redis.RedisNumber;
import penstock.redis.Script;
import penstock.stream.Partition;
import penstock.stream.log.EventLog;
import penstock.stream.registry.RetentionPolicy;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.stream.registry.StreamsConfig;

/**
 * Removes what retention does not keep, from time to time and in small steps. Every instance does,
 * since the script works out by itself what may go; a consumer that stands in the way is logged,
 * and shown by a gauge.
 */
@Startup
@ApplicationScoped
public class Trimmer {

  /** Entries that one script looks at: it copies them, and Redis does nothing else meanwhile. */
  private static final int STEP = 100;

  private static final Script TRIM = Script.named("trim");
  private static final Logger LOG = Logger.getLogger(Trimmer.class);

  private final Vertx vertx;
  private final EventLog log;
  private final RedisLink link;
  private final MeterRegistry registry;
  private final Streams all;
  private final List<Stream> streams;
  private final long interval;
  private final Map<Partition, String> blockers = new ConcurrentHashMap<>();

  /** Those that could not be trimmed when that was tried last: each is logged once. */
  private final Set<Partition> broken = ConcurrentHashMap.newKeySet();

  private final AtomicBoolean trimming = new AtomicBoolean();
  private long timer = -1;

  @Inject
  public Trimmer(
      Vertx vertx,
      RedisLinks links,
      EventLog log,
      Streams streams,
      StreamsConfig config,
      MeterRegistry registry) {
    this.vertx = vertx;
    this.log = log;
    this.link = links.commands();
    this.registry = registry;
    this.all = streams;
    this.streams = bounded(streams.declared());
    this.interval = config.trimInterval().toMillis();
  }

  @PostConstruct
  void begin() {
    for (Stream stream : streams) {
      for (Partition partition : stream.partitions()) {
        Gauge.builder(
                "penstock.stream.retention.blocked",
                blockers,
                by -> by.containsKey(partition) ? 1 : 0)
            .description("Whether a consumer keeps what retention would remove")
            .tag("stream", stream.name().value())
            .tag("partition", Integer.toString(partition.index()))
            .register(registry);
      }
    }
    if (!streams.isEmpty()) {
      timer = vertx.setPeriodic(interval, tick -> trimAll());
    }
  }

  @PreDestroy
  void end() {
    vertx.cancelTimer(timer);
  }

  private void trimAll() {
    if (trimming.compareAndSet(false, true)) {
      Future<List<Stream>> some =
          all.areOfTenants() ? all.all().map(Trimmer::bounded) : Future.succeededFuture(streams);
      some.compose(this::trimAll)
          .onFailure(failure -> LOG.debugf(failure, "trimming ended early, it goes on later"))
          .onComplete(ended -> trimming.set(false));
    }
  }

  private static List<Stream> bounded(List<Stream> streams) {
    return streams.stream().filter(stream -> !stream.retention().isUnlimited()).toList();
  }

  private Future<Void> trimAll(List<Stream> some) {
    Future<Void> done = Future.succeededFuture();
    for (Stream stream : some) {
      for (Partition partition : stream.partitions()) {
        done = done.compose(before -> trimSound(stream, partition));
      }
    }
    return done;
  }

  /** One that cannot be trimmed does not keep the others from it. */
  private Future<Void> trimSound(Stream stream, Partition partition) {
    return trim(stream, partition)
        .onSuccess(trimmed -> broken.remove(partition))
        .recover(
            failure -> {
              if (failure instanceof ProblemException) {
                return Future.failedFuture(failure);
              }
              if (broken.add(partition)) {
                LOG.errorf(
                    "the log cannot be trimmed: partition=%s reason=%s",
                    partition, failure.getMessage());
              }
              return Future.succeededFuture();
            });
  }

  /** Removes all that may go now, a step at a time. */
  Future<Void> trim(Stream stream, Partition partition) {
    return RepeatedCall.whileMore(() -> trimStep(stream, partition));
  }

  /** Whether more may go. */
  private Future<Boolean> trimStep(Stream stream, Partition partition) {
    Keys.OfPartition keys = log.keys(partition);
    RetentionPolicy retention = stream.retention();
    Request call =
        TRIM.call(keys.events(), keys.log())
            .arg(keys.seen())
            .arg(log.newLife())
            .arg(keys.base())
            .arg(retention.maxAge().map(age -> age.toMillis()).orElse(-1L))
            .arg(retention.maxLength().orElse(-1))
            .arg(retention.hardLimit().orElse(-1))
            .arg(STEP);
    return TRIM.run(link, call)
        .map(
            reply -> {
              count(
                  "penstock.stream.trimmed",
                  "Entries removed by retention",
                  stream,
                  RedisNumber.longOf(reply.get(0)));
              count(
                  "penstock.stream.trimmed.unconsumed",
                  "Entries removed by the hard limit that a consumer was not done with",
                  stream,
                  RedisNumber.longOf(reply.get(1)));
              report(partition, RedisNumber.longOf(reply.get(1)), reply.get(3).toString());
              return RedisNumber.intOf(reply.get(2)) == 1;
            });
  }

  private void report(Partition partition, long unconsumed, String keeper) {
    if (unconsumed > 0) {
      LOG.warnf(
          "hard limit removed what a consumer was not done with: partition=%s entries=%d",
          partition, unconsumed);
    }
    if (keeper.isEmpty()) {
      if (blockers.remove(partition) != null) {
        LOG.infof("retention goes on: partition=%s", partition);
      }
    } else if (!keeper.equals(blockers.put(partition, keeper))) {
      LOG.warnf("retention is blocked: partition=%s group=%s", partition, keeper);
    }
  }

  private void count(String name, String description, Stream stream, long entries) {
    if (entries > 0) {
      Counter.builder(name)
          .description(description)
          .tag("stream", stream.name().value())
          .register(registry)
          .increment(entries);
    }
  }
}
