package penstock.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiFunction;
import penstock.problem.IsolatedCall;
import penstock.redis.topology.ServerAddress;

/**
 * Links to servers that are asked what they are, each over one that is kept: who is asked every
 * second, and most of all while something is wrong, would otherwise be logged in to each time. May
 * be used from any thread.
 */
final class ServerLinks {

  /**
   * Who does not answer within so long counts as away, for this time: the others' answers, which
   * may tell of a new master, do not wait longer for one that hangs.
   */
  private static final Duration ANSWER = Duration.ofMillis(500);

  private final Vertx vertx;
  private final PenstockRedisConfig config;
  private final BiFunction<String, ServerAddress, ServerClient> clients;
  private final NodeLinks links = new NodeLinks(this::open);

  /**
   * @param clients makes one for a purpose and a server
   */
  ServerLinks(
      Vertx vertx,
      PenstockRedisConfig config,
      BiFunction<String, ServerAddress, ServerClient> clients) {
    this.vertx = vertx;
    this.config = config;
    this.clients = clients;
  }

  /** The answer of a server; fails if it does not come at once. */
  Future<Response> ask(ServerAddress server, Request question) {
    NodeLink link = links.to(server);
    link.hurry();
    Promise<Response> answer = Promise.promise();
    long late =
        vertx.setTimer(
            ANSWER.toMillis(),
            timer -> answer.tryFail("no answer within " + ANSWER.toMillis() + " ms"));
    link.send(question)
        .onComplete(
            done -> {
              vertx.cancelTimer(late);
              IsolatedCall.settle(
                  answer,
                  done.failed() && !link.isUp() ? Future.failedFuture(link.downReason()) : done);
            });
    return answer.future();
  }

  private NodeLink open(ServerAddress server) {
    var link =
        new NodeLink(
            "look",
            vertx,
            vertx.getOrCreateContext(),
            new Destination(
                () -> Future.succeededFuture(clients.apply("look", server)),
                (connection, at) -> Future.succeededFuture(),
                false),
            config);
    link.start();
    return link;
  }

  /** Closes those to other servers. */
  void retain(Set<ServerAddress> servers) {
    links.retain(servers);
  }

  void close() {
    links.close();
  }
}
