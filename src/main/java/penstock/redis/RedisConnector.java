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
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.redis.topology.ServerAddress;

/**
 * Opens the connections of one link, one after the other: each is connected and admitted within the
 * timeout, or given up. Belongs to the link's context.
 */
final class RedisConnector {

  private final Vertx vertx;
  private final ContextInternal context;
  private final Destination destination;
  private final PenstockRedisConfig config;
  private @Nullable Promise<RedisSession> attempt;

  /** Where the attempt under way leads; null if that is not known yet, or there is no choice. */
  private @Nullable ServerAddress heading;

  RedisConnector(
      Vertx vertx, ContextInternal context, Destination destination, PenstockRedisConfig config) {
    this.vertx = vertx;
    this.context = context;
    this.destination = destination;
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
    // Not all that can go wrong while connecting completes the client's own future, hence a promise
    // and a deadline.
    Promise<RedisSession> opened = Promise.promise();
    attempt = opened;
    long deadline =
        vertx.setTimer(
            config.timeout().toMillis(),
            late -> opened.tryFail("no answer within " + config.timeout().toMillis() + " ms"));
    IsolatedCall.begin(destination.server()::get)
        .onComplete(
            found ->
                context.runOnContext(
                    go -> {
                      if (found.succeeded()) {
                        connect(found.result(), opened, messages, lost);
                      } else {
                        IsolatedCall.settle(opened, Future.failedFuture(found.cause()));
                      }
                    }));
    return opened
        .future()
        .onComplete(
            result -> {
              vertx.cancelTimer(deadline);
              attempt = null;
              heading = null;
            });
  }

  private void connect(
      ServerClient server,
      Promise<RedisSession> opened,
      @Nullable BiConsumer<RedisSession, Response> messages,
      BiConsumer<RedisSession, String> lost) {
    Redis client = server.redis();
    opened
        .future()
        .onComplete(
            result -> {
              if (result.failed()) {
                IsolatedCall.run(client::close);
              }
            });
    if (opened.future().isComplete()) {
      return;
    }
    heading = server.address();
    IsolatedCall.begin(client::connect)
        .compose(
            connection ->
                destination.admission().admit(connection, server.address()).map(connection))
        .onComplete(result -> settle(server, result, opened, messages, lost));
  }

  private void settle(
      ServerClient server,
      AsyncResult<RedisConnection> result,
      Promise<RedisSession> opened,
      @Nullable BiConsumer<RedisSession, Response> messages,
      BiConsumer<RedisSession, String> lost) {
    if (result.failed()) {
      opened.tryFail(result.cause());
      return;
    }
    RedisConnection connection = result.result();
    var fresh = new RedisSession(server, connection, config.maxPending());
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

  /** Ends the attempt under way if it leads to another server. */
  void giveUpUnless(ServerAddress server, String reason) {
    if (heading != null && !heading.equals(server)) {
      giveUp(reason);
    }
  }
}
