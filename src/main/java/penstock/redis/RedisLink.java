package penstock.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.problem.ProblemException;

/**
 * One connection to Redis for one purpose. Commands are pipelined and answered in order. While it
 * is down, commands fail at once; it connects again by itself, with jittered backoff. An answer
 * that takes longer than the timeout closes the connection, and with it fails all that wait.
 *
 * <p>May be used from any thread; futures complete on the caller's Vert.x context, or on the link's
 * own if the caller has none. Failures are {@link ProblemException} (down, lost, full, read-only)
 * or {@link RedisReplyException}.
 */
public final class RedisLink {

  private static final Logger LOG = Logger.getLogger(RedisLink.class);

  private final String name;
  private final Vertx vertx;
  private final Context context;
  private final Supplier<Redis> clients;
  private final Function<RedisConnection, Future<Void>> admission;
  private final PenstockRedisConfig config;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicInteger failedAttempts = new AtomicInteger();

  private volatile @Nullable RedisConnection connection;
  private volatile String downReason = "not connected yet";
  private volatile long lastProgress = System.nanoTime();
  private volatile boolean closed;
  private @Nullable Redis client;
  private long watchdog;

  RedisLink(
      String name,
      Vertx vertx,
      Supplier<Redis> clients,
      Function<RedisConnection, Future<Void>> admission,
      PenstockRedisConfig config) {
    this.name = name;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.clients = clients;
    this.admission = admission;
    this.config = config;
  }

  void start() {
    watchdog =
        vertx.setPeriodic(Math.max(100, config.timeout().toMillis() / 4), timer -> closeIfStuck());
    context.runOnContext(go -> connect());
  }

  public boolean isUp() {
    return connection != null;
  }

  /** Why the link is down, in a few words; of no meaning while it is up. */
  public String downReason() {
    return downReason;
  }

  public Future<Response> send(Command command, Object... args) {
    return send(request(command, args));
  }

  /** The reply, or null for a nil reply. */
  public Future<Response> send(Request request) {
    RedisConnection current = connection;
    if (current == null) {
      return Future.failedFuture(RedisFailures.notSent(downReason));
    }
    if (pending.get() >= config.maxPending()) {
      return Future.failedFuture(RedisFailures.tooBusy());
    }
    if (pending.getAndIncrement() == 0) {
      lastProgress = System.nanoTime();
    }
    return current
        .send(request)
        .transform(
            reply -> {
              pending.decrementAndGet();
              lastProgress = System.nanoTime();
              return reply.succeeded()
                  ? Future.succeededFuture(reply.result())
                  : Future.failedFuture(RedisFailures.of(reply.cause()));
            });
  }

  /** Several commands in one write; the replies in order. Each fails or succeeds for itself. */
  public List<Future<Response>> sendAll(List<Request> requests) {
    return requests.stream().map(this::send).toList();
  }

  public static Request request(Command command, Object... args) {
    Request request = Request.cmd(command);
    for (Object arg : args) {
      switch (arg) {
        case byte[] bytes -> request.arg(bytes);
        case Number number -> request.arg(number.longValue());
        default -> request.arg(arg.toString());
      }
    }
    return request;
  }

  private void connect() {
    if (closed) {
      return;
    }
    Redis fresh;
    try {
      fresh = clients.get();
    } catch (RuntimeException e) {
      retry(null, e);
      return;
    }
    client = fresh;
    long deadline = vertx.setTimer(config.timeout().toMillis(), late -> fresh.close());
    fresh
        .connect()
        .compose(opened -> admission.apply(opened).map(opened))
        .onComplete(
            result -> {
              boolean inTime = vertx.cancelTimer(deadline);
              if (result.failed() || !inTime || closed) {
                retry(
                    fresh,
                    result.failed()
                        ? result.cause()
                        : new IllegalStateException("no answer in time"));
              } else {
                up(fresh, result.result());
              }
            });
  }

  private void up(Redis owner, RedisConnection opened) {
    opened.exceptionHandler(failure -> down(owner, opened, failure.toString()));
    opened.endHandler(end -> down(owner, opened, "connection closed"));
    lastProgress = System.nanoTime();
    connection = opened;
    if (failedAttempts.getAndSet(0) > 0) {
      LOG.infof("redis link up: link=%s", name);
    }
  }

  private void down(Redis owner, RedisConnection was, String why) {
    if (connection != was) {
      return;
    }
    connection = null;
    downReason = why;
    owner.close();
    if (!closed) {
      LOG.warnf("redis link down: link=%s reason=%s", name, why);
      failedAttempts.incrementAndGet();
      later();
    }
  }

  private void retry(@Nullable Redis owner, Throwable failure) {
    if (owner != null) {
      owner.close();
    }
    if (closed) {
      return;
    }
    String why =
        failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    if (failedAttempts.getAndIncrement() == 0 || !why.equals(downReason)) {
      LOG.warnf("redis link cannot connect: link=%s reason=%s", name, why);
    }
    downReason = why;
    later();
  }

  private void later() {
    long most = Math.max(1, config.reconnectBackoff().toMillis());
    long bound = Math.min(most, Math.max(1, most / 100) << Math.min(10, failedAttempts.get()));
    vertx.setTimer(
        1 + ThreadLocalRandom.current().nextLong(bound),
        timer -> context.runOnContext(go -> connect()));
  }

  private void closeIfStuck() {
    RedisConnection current = connection;
    Redis owner = client;
    if (current != null
        && owner != null
        && pending.get() > 0
        && System.nanoTime() - lastProgress > config.timeout().toNanos()) {
      LOG.warnf("redis link gives up an answer: link=%s pending=%d", name, pending.get());
      down(owner, current, "no answer within " + config.timeout().toMillis() + " ms");
    }
  }

  /** Ends the link. What is pending fails with an unknown outcome. */
  Future<Void> close() {
    closed = true;
    downReason = "shutting down";
    vertx.cancelTimer(watchdog);
    connection = null;
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        go -> {
          if (client != null) {
            client.close();
          }
          done.complete();
        });
    return done.future();
  }

  /** Nanoseconds since an answer last came, while one is awaited; else 0. */
  public long silence() {
    return pending.get() == 0 ? 0 : System.nanoTime() - lastProgress;
  }

  /** The timeout of an answer, in milliseconds, for those that choose how long Redis may block. */
  public long timeoutMillis() {
    return TimeUnit.NANOSECONDS.toMillis(config.timeout().toNanos());
  }
}
