package penstock.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import penstock.redis.cluster.ClusterTopology;
import penstock.redis.cluster.Redirection;
import penstock.redis.topology.ServerAddress;

/** Opens links to a cluster. */
final class ClusterLinks {

  private final Vertx vertx;
  private final PenstockRedisConfig config;
  private final ServerClientFactory servers;
  private final ServerLinks asked;
  private final ClusterTopology topology;
  private final Function<RedisConnection, Future<Void>> format;

  /** Null if all is read from the masters. */
  private final @Nullable ReadSource replicas;

  /**
   * @param format what a connection must pass before it is used
   */
  ClusterLinks(
      Vertx vertx,
      PenstockRedisConfig config,
      ServerClientFactory servers,
      Function<RedisConnection, Future<Void>> format) {
    this.vertx = vertx;
    this.config = config;
    this.servers = servers;
    this.asked = new ServerLinks(vertx, config, servers::server);
    this.format = format;
    this.topology =
        new ClusterTopology(vertx, servers.servers(), asked::ask, config.monitorInterval());
    this.replicas =
        config.readFrom() == PenstockRedisConfig.ReadFrom.MASTER
            ? null
            : new ReadSource(vertx, topology, asked, config);
  }

  /** Where is read from; empty if all is read from the masters. */
  Optional<ReadSource> replicas() {
    return Optional.ofNullable(replicas);
  }

  /** Looks which replicas are read from; does not fail. */
  Future<Void> follow() {
    ReadSource source = replicas;
    return source == null
        ? Future.succeededFuture()
        : topology.firstLook().compose(looked -> source.look());
  }

  /** Begins to look. */
  void start() {
    topology.onChange(table -> retain());
    topology.refresh();
  }

  /** Of nodes that are gone nothing is asked any more. */
  private void retain() {
    Set<ServerAddress> kept = new HashSet<>(servers.servers());
    kept.addAll(topology.table().nodes());
    asked.retain(kept);
  }

  SlotLink open(String purpose, Context context) {
    return open(purpose, context, null);
  }

  /** One for reading only. */
  SlotLink openForReads(String purpose, Context context) {
    return open(purpose, context, replicas);
  }

  private SlotLink open(String purpose, Context context, @Nullable ReadSource source) {
    return new SlotLink(
        purpose,
        vertx,
        context,
        topology,
        node -> open(purpose, context, node, this::admit),
        source,
        node -> open(purpose, context, node, this::admitReplica),
        config);
  }

  private NodeLink open(
      String purpose,
      Context context,
      ServerAddress node,
      Function<RedisConnection, Future<Void>> admission) {
    var link =
        new NodeLink(
            purpose,
            vertx,
            context,
            new Destination(
                () -> Future.succeededFuture(servers.server(purpose, node)),
                (connection, at) -> admission.apply(connection),
                false),
            config);
    link.start();
    return link;
  }

  /**
   * Any node, another one each time: what is published at one is heard at all of them, replicas
   * too.
   */
  Destination anyNode(String purpose) {
    return new Destination(
        () -> topology.firstLook().compose(looked -> any()).map(at -> servers.server(purpose, at)),
        (connection, at) -> admit(connection),
        false);
  }

  private Future<ServerAddress> any() {
    return topology
        .any()
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(topology.away().orElse("no node is known")));
  }

  /** The one node that has the key of the format knows it; the others say where that is. */
  private Future<Void> admit(RedisConnection connection) {
    return format
        .apply(connection)
        .recover(
            failure ->
                Redirection.of(String.valueOf(failure.getMessage())).isPresent()
                    ? Future.succeededFuture()
                    : Future.failedFuture(failure));
  }

  /** Without this it would send all that asks it for a key to its master. */
  private Future<Void> admitReplica(RedisConnection connection) {
    return connection.send(Request.cmd(Command.READONLY)).compose(ready -> admit(connection));
  }

  void close() {
    topology.close();
    asked.close();
  }
}
