package penstock.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import penstock.problem.IsolatedCall;
import penstock.redis.cluster.ClusterTopology;
import penstock.redis.topology.ReplicaAdmission;
import penstock.redis.topology.ReplicaOrder;
import penstock.redis.topology.ReplicaSource;
import penstock.redis.topology.ReplicationInfo;
import penstock.redis.topology.ServerAddress;

/**
 * Which replica of each master of a cluster is read from: one, for all links of this instance, as
 * {@link ReplicaSource} chooses it. May be used from any thread.
 */
final class ReadSource {

  private final ClusterTopology topology;
  private final ServerLinks asked;
  private final PenstockRedisConfig config;
  private final ReplicaAdmission admission;
  private final ReplicaOrder order = new ReplicaOrder(ThreadLocalRandom.current().nextInt());
  private final Map<ServerAddress, ReplicaSource> byMaster = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Set<ServerAddress> chosen = Set.of();

  ReadSource(Vertx vertx, ClusterTopology topology, ServerLinks asked, PenstockRedisConfig config) {
    this.topology = topology;
    this.asked = asked;
    this.config = config;
    this.admission = new ReplicaAdmission(vertx, config.monitorInterval());
  }

  /** Is called after each change of the replicas that are read from, by any thread. */
  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Looks at all replicas, and chooses. Does not fail: of a master that does not answer the same
   * one is kept.
   */
  Future<Void> look() {
    Set<ServerAddress> masters = topology.table().owners();
    byMaster.keySet().retainAll(masters);
    List<Future<?>> looks = new ArrayList<>();
    for (ServerAddress master : masters) {
      ReplicaSource source = byMaster.computeIfAbsent(master, this::source);
      looks.add(IsolatedCall.begin(() -> source.look(master)));
    }
    return Future.join(looks)
        .transform(
            done -> {
              choose();
              return Future.succeededFuture();
            });
  }

  private ReplicaSource source(ServerAddress master) {
    return new ReplicaSource(
        () -> Future.succeededFuture(topology.table().replicas(master)),
        asked::ask,
        order,
        config.replicaMaxLag());
  }

  private void choose() {
    Set<ServerAddress> now = new HashSet<>();
    byMaster.keySet().forEach(master -> replicaOf(master).ifPresent(now::add));
    if (!now.equals(chosen)) {
      chosen = Set.copyOf(now);
      listeners.forEach(IsolatedCall::run);
    }
  }

  /** All that are read from. */
  Set<ServerAddress> chosen() {
    return chosen;
  }

  /** Where is to be read what this master has; empty if that is the master itself. */
  Optional<ServerAddress> replicaOf(ServerAddress master) {
    ReplicaSource source = byMaster.get(master);
    return source == null
        ? Optional.empty()
        : source.chosen().filter(replica -> !replica.equals(master));
  }

  /**
   * Completes when the replica has all that the master has now; fails if it cannot be read from.
   */
  Future<Void> admit(ServerAddress replica, ServerAddress master) {
    return admission.admit(
        () -> ReplicationInfo.of(master, asked::ask),
        () -> ReplicationInfo.of(replica, asked::ask));
  }

  /** For how long a replica that failed is not asked: until it was looked at again. */
  long pauseNanos() {
    return config.monitorInterval().toNanos();
  }

  /** For how long one that lacks something is not tried again, since readers wait for that. */
  long pauseNanosIfBehind() {
    return config.replicaMaxLag().toNanos();
  }

  /** Of how many of the masters, as a part of all, a replica is read from. */
  double part() {
    int masters = byMaster.size();
    return masters == 0 ? 0 : (double) chosen.size() / masters;
  }

  /** How old, in seconds, what is read from a replica may be at most. */
  double lag() {
    return (double) byMaster.values().stream().mapToLong(ReplicaSource::behind).max().orElse(0)
        / TimeUnit.SECONDS.toNanos(1);
  }
}
