package penstock.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.RedisConnection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.redis.topology.ReplicaAdmission;
import penstock.redis.topology.ReplicaOrder;
import penstock.redis.topology.ReplicaSource;
import penstock.redis.topology.ReplicationInfo;
import penstock.redis.topology.ReplicationTopology;
import penstock.redis.topology.SentinelTopology;
import penstock.redis.topology.ServerAddress;
import penstock.redis.topology.Topology;

/**
 * Where links lead if there are a master and its replicas: which of the servers a connection is
 * opened to, and that all leave for another one when it has taken over.
 */
final class ReplicationLinks {

  private static final Logger LOG = Logger.getLogger(ReplicationLinks.class);

  private final ServerClientFactory servers;
  private final ReplicaAdmission admission;
  private final Function<RedisConnection, Future<Void>> format;

  /** Who is asked where the master is: sentinels, if there are some. */
  private final ServerLinks asked;

  /** The servers themselves. */
  private final ServerLinks looked;

  private final Topology topology;

  /** Null if all is read from the master. */
  private final @Nullable ReplicaSource replicas;

  private final List<NodeLink> writing = new CopyOnWriteArrayList<>();
  private final List<NodeLink> reading = new CopyOnWriteArrayList<>();
  private volatile @Nullable ServerAddress master;

  /** How often another server was found to be the master. */
  private final AtomicLong changes = new AtomicLong();

  private ReplicationLinks(
      Vertx vertx,
      PenstockRedisConfig config,
      ServerClientFactory servers,
      Function<RedisConnection, Future<Void>> format,
      ServerLinks asked,
      ServerLinks looked,
      Topology topology) {
    this.admission = new ReplicaAdmission(vertx, config.timeout());
    this.servers = servers;
    this.format = format;
    this.asked = asked;
    this.looked = looked;
    this.topology = topology;
    this.replicas =
        config.readFrom() == PenstockRedisConfig.ReadFrom.MASTER ? null : replicas(config);
  }

  /**
   * Servers that are all configured.
   *
   * @param format what a connection must pass before it is used
   */
  static ReplicationLinks ofServers(
      Vertx vertx,
      PenstockRedisConfig config,
      ServerClientFactory servers,
      Function<RedisConnection, Future<Void>> format) {
    var looked = new ServerLinks(vertx, config, servers::server);
    return new ReplicationLinks(
        vertx,
        config,
        servers,
        format,
        looked,
        looked,
        new ReplicationTopology(servers.servers(), looked::ask));
  }

  /**
   * Servers that sentinels know, which are configured.
   *
   * @param name by which the sentinels know the master
   * @param format what a connection must pass before it is used
   */
  static ReplicationLinks ofSentinels(
      Vertx vertx,
      PenstockRedisConfig config,
      ServerClientFactory servers,
      String name,
      Function<RedisConnection, Future<Void>> format) {
    var asked = new ServerLinks(vertx, config, servers::sentinel);
    return new ReplicationLinks(
        vertx,
        config,
        servers,
        format,
        asked,
        new ServerLinks(vertx, config, servers::server),
        new SentinelTopology(servers.sentinels(), name, asked::ask));
  }

  private ReplicaSource replicas(PenstockRedisConfig config) {
    return new ReplicaSource(
        topology::replicas,
        looked::ask,
        new ReplicaOrder(ThreadLocalRandom.current().nextInt()),
        config.replicaMaxLag());
  }

  /** How often another server was found to be the master, the first one included. */
  long changes() {
    return changes.get();
  }

  /** Whether links for reading may lead to a replica. */
  boolean readsReplicas() {
    return replicas != null;
  }

  /** Whether they do now. */
  boolean readsReplicaNow() {
    ReplicaSource source = replicas;
    ServerAddress now = master;
    return source != null
        && now != null
        && source.chosen().filter(is -> !is.equals(now)).isPresent();
  }

  /** How old, in seconds, what is read from a replica may be at most; NaN if none is to be. */
  double replicaLag() {
    ReplicaSource source = replicas;
    return source == null ? Double.NaN : (double) source.behind() / TimeUnit.SECONDS.toNanos(1);
  }

  Destination writes(String purpose) {
    return new Destination(
        () -> topology.master().map(found -> servers.server(purpose, found)),
        (connection, server) ->
            admitMaster(connection).compose(admitted -> format.apply(connection)),
        true);
  }

  Destination reads(String purpose) {
    ReplicaSource source = replicas;
    return source == null
        ? writes(purpose)
        : new Destination(
            () -> readServer(source).map(found -> servers.server(purpose, found)),
            (connection, server) ->
                admitReader(connection).compose(admitted -> format.apply(connection)),
            false);
  }

  /** Looks first if it was never looked. */
  private Future<ServerAddress> readServer(ReplicaSource source) {
    return source
        .chosen()
        .map(Future::succeededFuture)
        .orElseGet(() -> topology.master().compose(source::look));
  }

  /** Has this one leave for another server too, as the others do that lead where it leads. */
  void add(NodeLink link, Destination destination) {
    (destination.forWrites() ? writing : reading).add(link);
  }

  /** Whoever told of it may be late: the server itself must say so too. */
  private static Future<Void> admitMaster(RedisConnection connection) {
    return replication(connection)
        .compose(
            info ->
                info.master() ? Future.succeededFuture() : Future.failedFuture("it is a replica"));
  }

  private static Future<ReplicationInfo> replication(RedisConnection connection) {
    return connection
        .send(ReplicationInfo.request())
        .map(reply -> ReplicationInfo.parse(String.valueOf(reply)));
  }

  private Future<Void> admitReader(RedisConnection connection) {
    return admission.admit(
        () -> topology.master().compose(found -> ReplicationInfo.of(found, looked::ask)),
        () -> replication(connection));
  }

  /**
   * Looks where the master is, and where is to be read from, and has all links that lead elsewhere
   * leave for it. Fails if none is found; then they stay where they are.
   */
  Future<Void> follow() {
    ReplicaSource source = replicas;
    return topology
        .master()
        .compose(
            found -> {
              ServerAddress before = master;
              if (!found.equals(before)) {
                master = found;
                changes.incrementAndGet();
                LOG.infof("redis master: server=%s before=%s", found, before);
              }
              lead(writing, found);
              return source == null
                  ? Future.<Void>succeededFuture()
                  : source
                      .look(found)
                      .map(
                          server -> {
                            lead(reading, server);
                            return null;
                          });
            });
  }

  private static void lead(List<NodeLink> links, ServerAddress to) {
    links.forEach(link -> link.follow(to, "it is to lead to " + to + " now"));
  }

  void close() {
    asked.close();
    looked.close();
  }
}
