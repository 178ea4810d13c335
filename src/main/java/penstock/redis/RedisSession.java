package penstock.redis;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.redis.topology.ServerAddress;

/**
 * One connection of a link, from its admission to its end. What it counts ends with it: late
 * failures of a connection that was given up do not disturb the next one's.
 */
final class RedisSession {

  private final ServerClient owner;
  private final RedisConnection connection;
  private final int maxPending;
  private final AtomicInteger pending = new AtomicInteger();
  private volatile long lastProgress = System.nanoTime();

  RedisSession(ServerClient owner, RedisConnection connection, int maxPending) {
    this.owner = owner;
    this.connection = connection;
    this.maxPending = maxPending;
  }

  Future<Response> send(Request request) {
    return send(request, () -> connection.send(request));
  }

  /**
   * Sends a command to a node that does not have the slot of its key yet. Should another thread's
   * command come in between, the node refuses this one, as if it had not been announced.
   */
  Future<Response> sendAsking(Request request) {
    return send(
        request,
        () -> {
          connection.send(Request.cmd(Command.ASKING));
          return connection.send(request);
        });
  }

  private Future<Response> send(Request request, Supplier<Future<Response>> sending) {
    if (pending.get() >= maxPending) {
      return Future.failedFuture(RedisFailures.tooBusy());
    }
    if (pending.getAndIncrement() == 0) {
      lastProgress = System.nanoTime();
    }
    Promise<Response> answer = Promise.promise();
    IsolatedCall.begin(sending)
        .onComplete(
            reply -> {
              lastProgress = System.nanoTime();
              pending.decrementAndGet();
              // What is thrown must not reach the client's parser, which calls this in the midst
              // of its work: it would give the replies to come to the wrong ones.
              IsolatedCall.settle(answer, outcome(reply, request));
            });
    return answer.future();
  }

  /**
   * Sends what is answered by messages and not by a reply. That they do not come is noticed as with
   * a reply.
   */
  void sendForMessages(int messages, Request request) {
    if (pending.getAndAdd(messages) == 0) {
      lastProgress = System.nanoTime();
    }
    connection.send(request);
  }

  /** So many of these messages have come. */
  void answered(int messages) {
    lastProgress = System.nanoTime();
    pending.addAndGet(-messages);
  }

  private static AsyncResult<Response> outcome(AsyncResult<Response> reply, Request request) {
    return reply.succeeded()
        ? reply
        : IsolatedCall.begin(() -> Future.failedFuture(RedisFailures.of(reply.cause(), request)));
  }

  /** The server that it leads to; null if there is only one. */
  @Nullable ServerAddress server() {
    return owner.address();
  }

  int pending() {
    return pending.get();
  }

  /** Nanoseconds since an answer last came, while one is awaited; else 0. */
  long silence() {
    return pending.get() == 0 ? 0 : Math.max(0, System.nanoTime() - lastProgress);
  }

  /** Closes the connection; what is pending fails. */
  void close() {
    owner.redis().close();
  }
}
