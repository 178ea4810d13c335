package penstock.redis;

import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import java.util.function.Function;
import penstock.redis.cluster.ClusterTopology;
import penstock.redis.topology.ServerAddress;

/** What links over a cluster's slots stand on: its nodes by address, and what is known of them. */
final class ClusterAccess implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final LinkSettings settings;
  private final ServerLinks asked;
  private final ClusterTopology topology;

  /**
   * @param host by which all nodes are reached
   * @param interval from look to look at the cluster
   */
  ClusterAccess(RedisCluster cluster, String host, LinkSettings settings, Duration interval) {
    this.settings = settings;
    this.asked = new ServerLinks(vertx, settings, (purpose, node) -> client(node));
    this.topology =
        new ClusterTopology(
            vertx,
            cluster.servers().stream().map(one -> new ServerAddress(host, one.port())).toList(),
            asked::ask,
            interval);
  }

  Vertx vertx() {
    return vertx;
  }

  ServerLinks asked() {
    return asked;
  }

  ClusterTopology topology() {
    return topology;
  }

  private ServerClient client(ServerAddress node) {
    return new ServerClient(
        Redis.createClient(vertx, new RedisOptions().setConnectionString("redis://" + node)), node);
  }

  NodeLink node(ServerAddress address) {
    return node(address, connection -> Future.succeededFuture());
  }

  /**
   * @param admission what is said on each connection before it is used
   */
  NodeLink node(ServerAddress address, Function<RedisConnection, Future<Void>> admission) {
    var opened =
        new NodeLink(
            "test",
            vertx,
            vertx.getOrCreateContext(),
            new Destination(
                () -> Future.succeededFuture(client(address)),
                (connection, at) -> admission.apply(connection),
                false),
            settings);
    opened.start();
    return opened;
  }

  @Override
  public void close() {
    topology.close();
    asked.close();
    await(vertx.close());
  }
}
