package penstock.redis;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Response;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;

/**
 * Opens the connections of one link, one after the other: each is connected and admitted within the
 * timeout, or given up. Belongs to the link's context.
 */
final class RedisConnector {

  private final Vertx vertx;
  private final ContextInternal context;
  private final Supplier<Redis> clients;
  private final Function<RedisConnection, Future<Void>> admission;
  private final PenstockRedisConfig config;
  private @Nullable Promise<RedisSession> attempt;

  /**
   * @param clients makes a client for each attempt
   * @param admission what a connection must pass before it is used
   */
  RedisConnector(
      Vertx vertx,
      ContextInternal context,
      Supplier<Redis> clients,
      Function<RedisConnection, Future<Void>> admission,
      PenstockRedisConfig config) {
    this.vertx = vertx;
    this.context = context;
    this.clients = clients;
    this.admission = admission;
    this.config = config;
  }

  /**
   * Opens a connection.
   *
   * @param messages gets what comes unasked, on the link's context; null if nothing does
   * @param lost is called on the link's context when the connection has ended, with the reason
   */
  Future<RedisSession> open(
      @Nullable BiConsumer<RedisSession, Response> messages,
      BiConsumer<RedisSession, String> lost) {
    Redis client;
    try {
      client = clients.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
    // Not all that can go wrong while connecting completes the client's own future, hence a promise
    // and a deadline.
    Promise<RedisSession> opened = Promise.promise();
    attempt = opened;
    long deadline =
        vertx.setTimer(
            config.timeout().toMillis(),
            late -> opened.tryFail("no answer within " + config.timeout().toMillis() + " ms"));
    IsolatedCall.begin(client::connect)
        .compose(connection -> admission.apply(connection).map(connection))
        .onComplete(result -> settle(client, result, opened, messages, lost));
    return opened
        .future()
        .onComplete(
            result -> {
              vertx.cancelTimer(deadline);
              attempt = null;
              if (result.failed()) {
                IsolatedCall.run(client::close);
              }
            });
  }

  private void settle(
      Redis client,
      AsyncResult<RedisConnection> result,
      Promise<RedisSession> opened,
      @Nullable BiConsumer<RedisSession, Response> messages,
      BiConsumer<RedisSession, String> lost) {
    if (result.failed()) {
      opened.tryFail(result.cause());
      return;
    }
    RedisConnection connection = result.result();
    var fresh = new RedisSession(client, connection, config.maxPending());
    if (messages != null) {
      connection.handler(message -> context.execute(() -> messages.accept(fresh, message)));
    }
    connection.exceptionHandler(
        failure ->
            context.runOnContext(
                go -> lost.accept(fresh, "connection failed: " + RedisLink.reason(failure))));
    connection.endHandler(
        end -> context.runOnContext(go -> lost.accept(fresh, "connection closed")));
    opened.tryComplete(fresh);
  }

  /** Ends the attempt under way. */
  void giveUp(String reason) {
    if (attempt != null) {
      attempt.tryFail(reason);
    }
  }
}
