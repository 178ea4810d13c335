package penstock.redis;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Looks after Redis, on a link of its own: whether it is there, whether it may be used, and how
 * full it is.
 */
@ApplicationScoped
public class RedisMonitor {

  private static final Logger LOG = Logger.getLogger(RedisMonitor.class);

  /**
   * While Redis is not usable it is looked at more often, so that its return is noticed at once.
   */
  private static final int FASTER = 10;

  private static final String NOT_YET = "it was not looked at yet";

  private final RedisLinks links;
  private final Vertx vertx;
  private final Keys keys;
  private final PenstockRedisConfig config;
  private final MeterRegistry meters;

  private volatile String objection = NOT_YET;
  private volatile @Nullable RedisInfo info;
  private @Nullable RedisLink link;
  private String logged = NOT_YET;
  private boolean warned;
  private volatile boolean stopped;

  @Inject
  public RedisMonitor(
      RedisLinks links, Vertx vertx, Keys keys, PenstockRedisConfig config, MeterRegistry meters) {
    this.links = links;
    this.vertx = vertx;
    this.keys = keys;
    this.config = config;
    this.meters = meters;
  }

  void start(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) StartupEvent event) {
    RedisLink opened = links.open("monitor");
    link = opened;
    Gauge.builder("penstock.redis.ready", this, m -> m.objection().isEmpty() ? 1 : 0)
        .description("Whether Redis is there and may be used")
        .register(meters);
    Gauge.builder(
            "penstock.redis.memory.used",
            this,
            m -> m.info == null ? Double.NaN : m.info.usedMemory())
        .description("Memory that Redis uses")
        .baseUnit("bytes")
        .register(meters);
    Gauge.builder(
            "penstock.redis.memory.limit",
            this,
            m -> m.info == null ? Double.NaN : m.info.maxMemory())
        .description("The maxmemory of Redis; 0 if there is none")
        .baseUnit("bytes")
        .register(meters);
    look(opened);
  }

  /**
   * Why Redis cannot be used now; empty if it can. From any thread; returns the last look, does not
   * look itself.
   */
  public Optional<String> objection() {
    RedisLink current = link;
    if (current != null && !current.isUp()) {
      String why = current.downReason();
      return Optional.of(why.equals(RedisLink.NEW) ? NOT_YET : "it is not reachable: " + why);
    }
    return objection.isEmpty() ? Optional.empty() : Optional.of(objection);
  }

  /**
   * The version of the server last seen, such as {@code 7.0.15} or {@code valkey-8.1.0}; empty if
   * none was.
   */
  public Optional<String> version() {
    return Optional.ofNullable(info).map(RedisInfo::version);
  }

  private void look(RedisLink at) {
    judge(at)
        .onComplete(
            verdict -> {
              if (stopped) {
                return;
              }
              objection =
                  verdict.succeeded() ? verdict.result().orElse("") : reason(verdict.cause());
              logChange();
              long interval = config.monitorInterval().toMillis();
              vertx.setTimer(
                  Math.max(1, objection.isEmpty() ? interval : interval / FASTER),
                  again -> look(at));
            });
  }

  private Future<Optional<String>> judge(RedisLink at) {
    return at.send(Command.INFO)
        .compose(
            reply -> {
              RedisInfo seen = RedisInfo.parse(reply.toString());
              info = seen;
              Optional<String> refused = seen.objection();
              return refused.isPresent() ? Future.succeededFuture(refused) : judgeFormat(at);
            });
  }

  /**
   * Notes the format in a Redis that is new to Penstock, so that a later version knows what it
   * finds.
   */
  private Future<Optional<String>> judgeFormat(RedisLink at) {
    return at.send(Command.HGET, keys.meta(), "format")
        .compose(
            format -> {
              if (format == null) {
                return at.send(Command.HSETNX, keys.meta(), "format", RedisLinks.FORMAT)
                    .map(Optional.<String>empty());
              }
              return Future.succeededFuture(
                  format.toString().equals(RedisLinks.FORMAT)
                      ? Optional.<String>empty()
                      : Optional.of(RedisLinks.unknownFormat(format.toString())));
            });
  }

  /**
   * The timers of an application that is started again in the same process, as on a live reload,
   * would go on.
   */
  @PreDestroy
  void stop() {
    stopped = true;
  }

  private static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  private void logChange() {
    String now = objection().orElse("");
    if (now.equals(logged)) {
      return;
    }
    logged = now;
    RedisInfo seen = info;
    if (!now.isEmpty()) {
      LOG.warnf("redis not ready: reason=\"%s\"", now);
    } else if (seen != null) {
      LOG.infof(
          "redis ready: version=%s append-only=%s used-memory=%d max-memory=%d",
          seen.version(), seen.appendOnly(), seen.usedMemory(), seen.maxMemory());
      if (!seen.appendOnly() && !warned) {
        warned = true;
        LOG.warn(
            "redis has no append-only file: what it acknowledged is lost when it restarts; set appendonly yes");
      }
    }
  }
}
