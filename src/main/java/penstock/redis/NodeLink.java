package penstock.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.redis.topology.ServerAddress;

/**
 * One connection to one server. Commands are pipelined and answered in order. While it is down,
 * commands fail at once; it connects again by itself, with jittered backoff. An answer that takes
 * longer than the timeout closes the connection, and with it fails all that wait.
 */
final class NodeLink extends RedisLink {

  private static final Logger LOG = Logger.getLogger(NodeLink.class);

  private static final long NONE = -1;

  private final Vertx vertx;
  private final ContextInternal context;
  private final RedisConnector connector;
  private final Destination destination;
  private final PenstockRedisConfig config;

  private volatile @Nullable RedisSession session;
  private final Promise<Void> firstAttempt = Promise.promise();
  private volatile String downReason = NEW;
  private volatile boolean closed;

  private final Object opening = new Object();

  /** What came before the first attempt has ended; null afterwards. Guarded by {@link #opening}. */
  private @Nullable List<Early<?>> early = new ArrayList<>();

  // Below: only on the context.
  private int failedAttempts;
  private long watchdog;
  private long nextAttempt = NONE;
  private @Nullable PubSubListener pubSub;

  /**
   * @param context its own, on whose event loop it lives: not that of the request that may be the
   *     first to need it, which it outlives
   */
  NodeLink(
      String name,
      Vertx vertx,
      Context context,
      Destination destination,
      PenstockRedisConfig config) {
    super(name, config);
    this.vertx = vertx;
    this.context = outliving(vertx, ((ContextInternal) context).unwrap());
    this.connector = new RedisConnector(vertx, this.context, destination, config);
    this.destination = destination;
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

  @Override
  public boolean isUp() {
    return session != null;
  }

  @Override
  boolean hasBeenTried() {
    return firstAttempt.future().isComplete();
  }

  @Override
  public String downReason() {
    return downReason;
  }

  @Override
  public int pending() {
    RedisSession current = session;
    return current == null ? 0 : current.pending();
  }

  @Override
  public long silence() {
    RedisSession current = session;
    return current == null ? 0 : current.silence();
  }

  @Override
  public Future<Response> send(Request request) {
    return over(current -> send(current, request));
  }

  @Override
  public Future<Response> sendFor(String key, Request request) {
    return send(request);
  }

  @Override
  public Future<Replies> sendTogether(Request first, Request second) {
    return over(
        current -> {
          Future<Response> one = send(current, first);
          Future<Response> other = send(current, second);
          return one.compose(reply -> other.map(next -> new Replies(reply, next)));
        });
  }

  /** Sends a command to a node that is about to take over the slot of its key. */
  Future<Response> sendAsking(Request request) {
    return over(current -> current.sendAsking(request));
  }

  @Override
  public int slot(String key) {
    return 0;
  }

  private <T> Future<T> over(Function<RedisSession, Future<T>> sending) {
    RedisSession current = session;
    if (current != null) {
      return sending.apply(current);
    }
    synchronized (opening) {
      List<Early<?>> all = early;
      if (all != null) {
        return wait(all, sending);
      }
    }
    current = session;
    return current == null
        ? Future.failedFuture(RedisFailures.notSent(downReason))
        : sending.apply(current);
  }

  private record Early<T>(Function<RedisSession, Future<T>> sending, Promise<T> answer) {

    Future<T> begin(@Nullable RedisSession over, String downReason) {
      return over == null
          ? Future.failedFuture(RedisFailures.notSent(downReason))
          : IsolatedCall.begin(() -> sending.apply(over));
    }
  }

  /**
   * A link that was just opened is not down yet: what comes in the meantime waits, up to the bound.
   */
  private <T> Future<T> wait(List<Early<?>> all, Function<RedisSession, Future<T>> sending) {
    if (all.size() >= maxPending()) {
      return Future.failedFuture(RedisFailures.tooBusy());
    }
    var one = new Early<>(sending, Promise.<T>promise());
    all.add(one);
    return one.answer().future();
  }

  /** Sends what has waited before anything that comes later; null if there is no connection. */
  private void settled(@Nullable RedisSession fresh) {
    List<Runnable> answers = new ArrayList<>();
    synchronized (opening) {
      List<Early<?>> all = early;
      early = null;
      if (all != null) {
        all.forEach(one -> answers.add(answer(one, fresh)));
      }
      session = fresh;
    }
    answers.forEach(Runnable::run);
  }

  private <T> Runnable answer(Early<T> one, @Nullable RedisSession fresh) {
    Future<T> begun = one.begin(fresh, downReason);
    return () -> begun.onComplete(done -> IsolatedCall.settle(one.answer(), done));
  }

  /** A server that has become a replica is left by those who want to write, to find the master. */
  private Future<Response> send(RedisSession over, Request request) {
    Future<Response> answer = over.send(request);
    return over.server() != null && destination.forWrites()
        ? answer.onFailure(
            failure -> {
              if (RedisFailures.isReadOnly(failure)) {
                context.runOnContext(go -> down(over, over.server() + " has become a replica"));
              }
            })
        : answer;
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

  private void connect() {
    nextAttempt = NONE;
    if (closed) {
      return;
    }
    connector
        .open(pubSub == null ? null : this::message, this::down)
        .onComplete(
            result -> {
              if (result.succeeded()) {
                settled(result.result());
                if (failedAttempts > 0) {
                  LOG.infof("redis link up: link=%s attempts=%d", name(), failedAttempts + 1);
                }
                failedAttempts = 0;
                if (pubSub != null) {
                  IsolatedCall.run(pubSub::up);
                }
              } else {
                retry(result.cause());
                settled(null);
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
      LOG.warnf("redis link down: link=%s reason=\"%s\"", name(), why);
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
      LOG.debugf("redis link cannot connect: link=%s reason=\"%s\"", name(), why);
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

  private void later() {
    long most = Math.max(1, config.reconnectBackoff().toMillis());
    long bound = Math.min(most, Math.max(1, most / 100) << Math.min(10, failedAttempts));
    nextAttempt =
        vertx.setTimer(1 + ThreadLocalRandom.current().nextLong(bound), timer -> connect());
  }

  /** If it waits before it connects again, it waits no longer. */
  void hurry() {
    if (isKnownDown()) {
      context.runOnContext(go -> connectNow());
    }
  }

  private void connectNow() {
    if (nextAttempt != NONE && vertx.cancelTimer(nextAttempt)) {
      connect();
    }
  }

  /** Leaves any other server for this one. */
  void follow(ServerAddress server, String why) {
    context.runOnContext(
        go -> {
          RedisSession current = session;
          if (current == null) {
            connector.giveUpUnless(server, why);
            connectNow();
          } else if (!server.equals(current.server())) {
            down(current, why);
            connectNow();
          }
        });
  }

  private void closeIfStuck() {
    RedisSession current = session;
    if (current != null && current.silence() > config.timeout().toNanos()) {
      LOG.warnf("redis link gives up an answer: link=%s pending=%d", name(), current.pending());
      down(current, "no answer within " + config.timeout().toMillis() + " ms");
    } else if (pubSub != null && current != null && current.pending() == 0) {
      pubSub.beat();
    }
  }

  /** Ends the link. What is pending fails with an unknown outcome. */
  @Override
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
}
