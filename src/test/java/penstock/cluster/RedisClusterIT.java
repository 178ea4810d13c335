package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static penstock.Patience.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import penstock.Patience;
import penstock.redis.RedisCluster;

/**
 * The packaged service on a Redis Cluster of three masters with a replica each, while masters are
 * replaced and slots are moved. What each of the faults does is told by {@link ClusterFault}.
 */
class RedisClusterIT {

  private static final String DURABILITY = "penstock.streams." + Cluster.STREAM + ".durability";
  private static final String READ_FROM = "penstock.redis.read-from";

  @Test
  void whatAReplicaHasIsNotLostByAnyFault() throws Exception {
    assertThat(
            violations(
                ServiceProcess.PACKAGED,
                ClusterFault.OF_NODES,
                Patience.LIMIT,
                Map.of(DURABILITY, "replicated")))
        .isEmpty();
  }

  @Test
  void whatAFailoverLosesIsToldToReaders() throws Exception {
    assertThat(violations(ServiceProcess.PACKAGED, ClusterFault.OF_NODES, Patience.LIMIT, Map.of()))
        .isEmpty();
  }

  /** All that is read of the log and of views is read from replicas. */
  @Test
  void readersOfReplicasAreToldTheSame() throws Exception {
    assertThat(
            violations(
                ServiceProcess.PACKAGED,
                List.of(
                    ClusterFault.KILLED,
                    ClusterFault.PAUSED,
                    ClusterFault.FORCED,
                    ClusterFault.RESHARDED,
                    ClusterFault.MOVED_AT_ONCE),
                Patience.LIMIT,
                Map.of(READ_FROM, "replica")))
        .isEmpty();
  }

  /** Of what only the other side of a link has, nothing is acknowledged. */
  @Test
  void whatAReplicaHasIsNotLostByCutLinks() throws Exception {
    assumeTrue(RedisCluster.canBeApart());
    assertThat(ofCutLinks(Map.of(DURABILITY, "replicated")).violations()).isEmpty();
  }

  @Test
  void whatCutLinksLoseIsToldToReaders() throws Exception {
    assumeTrue(RedisCluster.canBeApart());
    FaultRun run = ofCutLinks(Map.of());
    assertThat(run.violations()).isEmpty();
    assertThat(run.resets()).as("readers who were told").isPositive();
  }

  private static FaultRun ofCutLinks(Map<String, String> further) throws Exception {
    return run(
        RedisCluster.startApart(3, 1),
        ServiceProcess.PACKAGED,
        ClusterFault.OF_LINKS,
        Patience.LIMIT,
        further);
  }

  @Test
  void whoDoesNotHearOfMovedSlotsIsCaught() throws Exception {
    assertThat(
            violations(
                Mutant.WITHOUT_MOVED_SLOTS.packaged(),
                List.of(ClusterFault.FORCED),
                Duration.ofSeconds(5),
                Map.of()))
        .isNotEmpty();
  }

  private static List<String> violations(
      Path application, List<ClusterFault> faults, Duration patience, Map<String, String> further)
      throws Exception {
    return run(RedisCluster.start(3, 1), application, faults, patience, further).violations();
  }

  private static FaultRun run(
      RedisCluster redis,
      Path application,
      List<ClusterFault> faults,
      Duration patience,
      Map<String, String> further)
      throws Exception {
    Settings settings = FaultRun.settings(6);
    Map<String, String> config = new HashMap<>();
    config.put(READ_FROM, System.getProperty("cluster.read-from", "master"));
    config.putAll(further);
    config.put("quarkus.redis.client-type", "cluster");
    config.put("quarkus.redis.hosts", redis.hosts());
    try (Cluster cluster = new Cluster(application, settings, config, redis)) {
      List<FaultRun.Step> steps = new ArrayList<>();
      List<ClusterFault> possible =
          faults.stream().filter(fault -> fault.canBefall(redis)).toList();
      possible.forEach(fault -> steps.add(() -> timed(fault, redis, settings.partitions())));
      if (config.get(READ_FROM).equals("replica")) {
        steps.add(() -> awaitReadFromReplicas(cluster));
      }
      return FaultRun.of(
          "redis cluster: %s, %s".formatted(possible, further),
          cluster,
          steps,
          "replicated".equals(further.get(DURABILITY)),
          patience);
    }
  }

  /** When all is well, each instance reads from a replica of each master. */
  private static @Nullable Loss awaitReadFromReplicas(Cluster cluster) {
    await()
        .until(
            () -> {
              for (Cluster.Member member : cluster.members()) {
                if (Metrics.sum(member.process(), "penstock_redis_replica") != 1) {
                  return false;
                }
              }
              return true;
            });
    return null;
  }

  private static @Nullable Loss timed(ClusterFault fault, RedisCluster redis, int partitions)
      throws InterruptedException {
    long begin = System.nanoTime();
    Loss loss = fault.perform(redis, partitions);
    System.out.printf(
        "redis cluster: %s took %d ms%n",
        fault, Duration.ofNanos(System.nanoTime() - begin).toMillis());
    return loss;
  }
}
