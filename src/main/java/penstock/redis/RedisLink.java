package penstock.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
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

  /** The reason before the first attempt has ended. */
  static final String NEW = "not connected yet";

  private final String name;
  private final Vertx vertx;
  private final ContextInternal context;
  private final RedisConnector connector;
  private final PenstockRedisConfig config;

  private volatile @Nullable RedisSession session;
  private final Promise<Void> firstAttempt = Promise.promise();
  private final AtomicInteger early = new AtomicInteger();
  private volatile String downReason = NEW;
  private volatile boolean closed;

  // Below: only on the context.
  private int failedAttempts;
  private long watchdog;
  private @Nullable PubSubListener pubSub;

  /**
   * @param context its own, on whose event loop it lives: not that of the request that may be the
   *     first to need it, which it outlives
   */
  RedisLink(
      String name,
      Vertx vertx,
      Context context,
      Supplier<Redis> clients,
      Function<RedisConnection, Future<Void>> admission,
      PenstockRedisConfig config) {
    this.name = name;
    this.vertx = vertx;
    this.context = outliving(vertx, ((ContextInternal) context).unwrap());
    this.connector = new RedisConnector(vertx, this.context, clients, admission, config);
    this.config = config;
  }

  /**
   * Of a request the context is that of the HTTP server, and what is opened there is closed with
   * the server: under requests that wait for Redis's answer.
   */
  private static ContextInternal outliving(Vertx vertx, ContextInternal context) {
    return context.getDeployment() == null
        ? context
        : ((VertxInternal) vertx)
            .createEventLoopContext(context.nettyEventLoop(), null, context.classLoader());
  }

  /** Begins to connect. */
  void start() {
    context.runOnContext(
        go -> {
          watchdog =
              vertx.setPeriodic(
                  Math.max(20, config.timeout().toMillis() / 4), timer -> closeIfStuck());
          connect();
        });
  }

  /**
   * Begins to connect, for messages only.
   *
   * @param listener gets messages, and the link's ups and downs, on its context
   */
  void start(PubSubListener listener) {
    pubSub = listener;
    start();
  }

  /** What it is for, as CLIENT LIST shows it. */
  public String name() {
    return name;
  }

  public boolean isUp() {
    return session != null;
  }

  /** Otherwise it may be up in a moment. */
  boolean hasBeenTried() {
    return firstAttempt.future().isComplete();
  }

  /** What was sent would fail now, or wait: it is down, and not only about to be opened. */
  boolean isKnownDown() {
    return !isUp() && hasBeenTried();
  }

  /** Why the link is down, in a few words; of no meaning while it is up. */
  public String downReason() {
    return downReason;
  }

  /** Commands sent and not answered. */
  public int pending() {
    RedisSession current = session;
    return current == null ? 0 : current.pending();
  }

  /** Nanoseconds since an answer last came, while one is awaited; else 0. */
  public long silence() {
    RedisSession current = session;
    return current == null ? 0 : current.silence();
  }

  public Future<Response> send(Command command, Object... args) {
    return send(request(command, args));
  }

  /** The reply, or null for a nil reply. */
  public Future<Response> send(Request request) {
    RedisSession current = session;
    if (current != null) {
      return current.send(request);
    }
    return hasBeenTried() ? sendOrFail(request) : sendAfterFirstAttempt(request);
  }

  /** The session is looked at after the end of the attempt that may just have opened it. */
  private Future<Response> sendOrFail(Request request) {
    RedisSession current = session;
    return current == null
        ? Future.failedFuture(RedisFailures.notSent(downReason))
        : current.send(request);
  }

  /**
   * A link that was just opened is not down yet: what comes in the meantime waits, up to the bound.
   */
  private Future<Response> sendAfterFirstAttempt(Request request) {
    if (early.incrementAndGet() > config.maxPending()) {
      return Future.failedFuture(RedisFailures.tooBusy());
    }
    return firstAttempt.future().compose(settled -> sendOrFail(request));
  }

  /** Sends what is answered by so many messages; nothing if the link is down. */
  void sendForMessages(int messages, Request request) {
    RedisSession current = session;
    if (current != null) {
      current.sendForMessages(messages, request);
    }
  }

  /** So many of these messages have come, or one in the place of all. */
  void answered(int messages) {
    RedisSession current = session;
    if (current != null) {
      current.answered(messages);
    }
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
    connector
        .open(pubSub == null ? null : this::message, this::down)
        .onComplete(
            result -> {
              if (result.succeeded()) {
                session = result.result();
                if (failedAttempts > 0) {
                  LOG.infof("redis link up: link=%s attempts=%d", name, failedAttempts + 1);
                }
                failedAttempts = 0;
                if (pubSub != null) {
                  IsolatedCall.run(pubSub::up);
                }
              } else {
                retry(result.cause());
              }
              IsolatedCall.settle(firstAttempt, Future.succeededFuture());
            });
  }

  private void message(RedisSession from, Response message) {
    if (session == from && pubSub != null) {
      pubSub.message(message);
    }
  }

  private void down(RedisSession was, String why) {
    if (session != was) {
      return;
    }
    session = null;
    downReason = why;
    IsolatedCall.run(was::close);
    if (!closed) {
      LOG.warnf("redis link down: link=%s reason=\"%s\"", name, why);
      failedAttempts++;
      notifyDown();
      later();
    }
  }

  private void retry(Throwable failure) {
    if (closed) {
      return;
    }
    String why = reason(failure);
    if (failedAttempts++ == 0 || !why.equals(downReason)) {
      LOG.debugf("redis link cannot connect: link=%s reason=\"%s\"", name, why);
    }
    downReason = why;
    notifyDown();
    later();
  }

  private void notifyDown() {
    PubSubListener listener = pubSub;
    if (listener != null) {
      IsolatedCall.run(() -> listener.down(RedisFailures.notSent(downReason)));
    }
  }

  static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  private void later() {
    long most = Math.max(1, config.reconnectBackoff().toMillis());
    long bound = Math.min(most, Math.max(1, most / 100) << Math.min(10, failedAttempts));
    vertx.setTimer(1 + ThreadLocalRandom.current().nextLong(bound), timer -> connect());
  }

  private void closeIfStuck() {
    RedisSession current = session;
    if (current != null && current.silence() > config.timeout().toNanos()) {
      LOG.warnf("redis link gives up an answer: link=%s pending=%d", name, current.pending());
      down(current, "no answer within " + config.timeout().toMillis() + " ms");
    } else if (pubSub != null && current != null && current.pending() == 0) {
      pubSub.beat();
    }
  }

  /** Ends the link. What is pending fails with an unknown outcome. */
  Future<Void> close() {
    closed = true;
    downReason = "shutting down";
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        go -> {
          vertx.cancelTimer(watchdog);
          RedisSession last = session;
          session = null;
          if (last != null) {
            IsolatedCall.run(last::close);
          }
          notifyDown();
          IsolatedCall.run(() -> connector.giveUp(downReason));
          done.complete();
        });
    return done.future();
  }

  /** The timeout of an answer, in milliseconds, for those that choose how long Redis may block. */
  public long timeoutMillis() {
    return config.timeout().toMillis();
  }
}
