package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
    Map<String, String> config = new HashMap<>(further);
    config.put("quarkus.redis.client-type", "cluster");
    config.put("quarkus.redis.hosts", redis.hosts());
    try (Cluster cluster = new Cluster(application, settings, config, redis)) {
      List<FaultRun.Step> steps = new ArrayList<>();
      faults.forEach(fault -> steps.add(() -> timed(fault, redis, settings.partitions())));
      return FaultRun.of(
          "redis cluster: %s, %s".formatted(faults, further),
          cluster,
          steps,
          "replicated".equals(further.get(DURABILITY)),
          patience);
    }
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
