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
import penstock.problem.IsolatedCall;

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

  /** What is wrong with Redis itself, or with its data; empty if nothing is known to be. */
  private volatile String unfit = "";

  /** Why it takes no writes; empty if it does. */
  private volatile String unwritable = NOT_YET;

  /** Why it is not known which of several servers is the master now; empty if it is. */
  private volatile String lost = "";

  private volatile @Nullable RedisInfo info;

  /** Null if it is no cluster, or was not looked at yet. */
  private volatile @Nullable ClusterHealth health;

  private @Nullable RedisLink link;
  private String logged = NOT_YET;
  private String loggedOfWrites = "";
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
    Gauge.builder("penstock.redis.writable", this, m -> m.refusal().isEmpty() ? 1 : 0)
        .description("Whether Redis is there, may be used and takes writes")
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
      if (why.equals(RedisLink.NEW)) {
        return Optional.of(NOT_YET);
      }
      // that none is the master is said alike, whichever link found it
      return Optional.of(why.equals(lost) ? lost : "it is not reachable: " + why);
    }
    if (!objection.isEmpty()) {
      return Optional.of(objection);
    }
    return links
        .down()
        .map(down -> "the connection '" + down.name() + "' is down: " + down.downReason());
  }

  /**
   * Why nothing may be appended, whatever Redis itself would say: what it is set to would lose what
   * it took, or the data are not Penstock's. Empty if nothing of that kind is known. From any
   * thread.
   */
  public Optional<String> unfit() {
    return unfit.isEmpty() ? Optional.empty() : Optional.of(unfit);
  }

  /**
   * Why nothing can be written now; empty if it can. What may be read may yet be read. From any
   * thread; returns the last look.
   */
  public Optional<String> refusal() {
    Optional<String> objected = objection();
    return objected.isPresent() || unwritable.isEmpty() ? objected : Optional.of(unwritable);
  }

  /** What may become a loss, or does not work though all else does; empty if nothing is known. */
  public Optional<String> warning() {
    RedisInfo seen = info;
    ClusterHealth nodes = health;
    if (nodes != null) {
      return nodes.warning();
    }
    if (!links.hasSeveral()) {
      return Optional.empty();
    }
    if (!lost.isEmpty()) {
      return Optional.of("it is not known which server is the master: " + lost);
    }
    return seen == null || seen.guarded()
        ? Optional.empty()
        : Optional.of(
            "min-replicas-to-write is not set: a master that is cut off from its replicas goes on"
                + " to acknowledge what is lost when another takes over");
  }

  /**
   * The version of the server last seen, such as {@code 7.0.15} or {@code valkey-8.1.0}; empty if
   * none was.
   */
  public Optional<String> version() {
    return Optional.ofNullable(info).map(RedisInfo::version);
  }

  private void look(RedisLink at) {
    IsolatedCall.begin(links::follow)
        .transform(
            followed -> {
              lost = followed.succeeded() ? "" : reason(followed.cause());
              return judge(at);
            })
        .onComplete(
            verdict -> {
              if (stopped) {
                return;
              }
              objection = verdict.succeeded() ? explain(verdict.result()) : reason(verdict.cause());
              unfit = verdict.succeeded() ? objection : "";
              IsolatedCall.run(this::logChange);
              long interval = config.monitorInterval().toMillis();
              vertx.setTimer(
                  Math.max(1, objection.isEmpty() ? interval : interval / FASTER),
                  again -> look(at));
            });
  }

  /** That the server that is still there is no master is less than that none is. */
  private String explain(Optional<String> objected) {
    return objected.isPresent() && !lost.isEmpty() ? lost : objected.orElse("");
  }

  private Future<Optional<String>> judge(RedisLink at) {
    if (at instanceof SlotLink nodes) {
      return judgeCluster(nodes);
    }
    return at.send(Command.INFO)
        .compose(
            reply -> {
              RedisInfo seen = RedisInfo.parse(reply.toString());
              info = seen;
              Optional<String> refused = seen.objection();
              return refused.isPresent() ? Future.succeededFuture(refused) : judgeFormat(at);
            });
  }

  /** A part that is away does not keep the others from being used. */
  private Future<Optional<String>> judgeCluster(SlotLink nodes) {
    return nodes
        .inspect()
        .compose(
            seen -> {
              health = seen;
              if (!seen.said().isEmpty()) {
                info = seen.sum();
              }
              Optional<String> refused = seen.objection();
              return refused.isPresent()
                  ? Future.succeededFuture(refused)
                  : judgeFormat(nodes)
                      .recover(
                          failure ->
                              seen.away().isEmpty()
                                  ? Future.failedFuture(failure)
                                  : Future.succeededFuture(Optional.empty()));
            });
  }

  /**
   * Notes the format in a Redis that is new to Penstock, so that a later version knows what it
   * finds. Finds out on the way whether something can be written.
   */
  private Future<Optional<String>> judgeFormat(RedisLink at) {
    return at.send(Command.HGET, keys.meta(), "format")
        .compose(
            format -> {
              return format == null || format.toString().equals(RedisLinks.FORMAT)
                  ? tryToWrite(at).map(Optional.<String>empty())
                  : Future.succeededFuture(
                      Optional.of(RedisLinks.unknownFormat(format.toString())));
            });
  }

  /**
   * Redis refuses it in just those states in which it refuses an append: full, unable to save, with
   * too few replicas. If the format is noted it changes nothing.
   */
  private Future<Void> tryToWrite(RedisLink at) {
    return at.send(Command.HSETNX, keys.meta(), "format", RedisLinks.FORMAT)
        .transform(
            done -> {
              unwritable = done.succeeded() ? "" : reason(done.cause());
              return Future.succeededFuture();
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

  private void logWriteChange() {
    String now = objection().isPresent() ? loggedOfWrites : unwritable;
    if (!now.equals(loggedOfWrites)) {
      loggedOfWrites = now;
      if (now.isEmpty()) {
        LOG.info("redis takes writes again");
      } else {
        LOG.warnf("redis takes no writes, appends are refused: reason=\"%s\"", now);
      }
    }
  }

  private void logChange() {
    logWriteChange();
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
            "redis has no append-only file: what it acknowledged is lost when it restarts; set"
                + " appendonly yes");
      }
      Optional<String> warning = warning();
      warning.ifPresent(of -> LOG.warnf("redis ready, but: %s", of));
    }
  }
}
