package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import penstock.Patience;

/**
 * The packaged service on a master, two replicas and three sentinels, while masters are replaced.
 * What each of the ways does is told by {@link Failover}.
 */
class FailoverIT {

  private static final String DURABILITY = "penstock.streams." + Cluster.STREAM + ".durability";

  /** How long a master that no replica follows goes on to take writes. */
  private static final String[] GUARDED = {
    "--min-replicas-to-write", "1", "--min-replicas-max-lag", "1"
  };

  private int resets;

  @Test
  void whatReplicasHaveIsNotLostByAnyFailover() throws Exception {
    assertThat(
            violations(
                ServiceProcess.PACKAGED,
                Failover.ALL,
                Map.of(
                    DURABILITY,
                    "replicated",
                    "penstock.streams." + Cluster.STREAM + ".replication.replicas",
                    "1"),
                GUARDED))
        .isEmpty();
  }

  @Test
  void whatAFailoverLosesIsToldToReaders() throws Exception {
    assertThat(violations(ServiceProcess.PACKAGED, Failover.ALL, Map.of())).isEmpty();
    assertThat(resets).as("readers who were told").isPositive();
  }

  /**
   * Without {@code min-replicas-to-write}: then nothing but leaving it keeps one from an old one.
   */
  @Test
  void whoStaysWithAnOldMasterIsCaught() throws Exception {
    List<Failover> cut = List.of(Failover.CUT_OFF);
    assertThat(violations(ServiceProcess.PACKAGED, cut, Map.of())).as("the product").isEmpty();
    List<String> found =
        violations(Mutant.STAYS_WITH_ITS_MASTER.packaged(), cut, Map.of()).stream()
            .filter(violation -> violation.startsWith("acknowledged events are not in the log"))
            .toList();
    System.out.printf("failover: the mutant: %s%n", found);
    assertThat(found).as("the mutant").isNotEmpty();
  }

  private List<String> violations(
      Path application, List<Failover> ways, Map<String, String> further, String... options)
      throws Exception {
    try (RedisGroup group = new RedisGroup(true, options)) {
      Map<String, String> config = new HashMap<>(group.config());
      config.putAll(further);
      try (Cluster cluster =
          new Cluster(application, FaultRun.settings(1), config, group.master())) {
        List<FaultRun.Step> steps = new ArrayList<>();
        ways.forEach(way -> steps.add(() -> way.perform(group, cluster)));
        FaultRun run =
            FaultRun.of(
                "failover: %s, %s".formatted(ways, further),
                cluster,
                steps,
                "replicated".equals(further.get(DURABILITY)),
                Patience.LIMIT);
        assertThat(group.isServiceLoggedIn(cluster.redis())).as("users of its own").isTrue();
        resets = run.resets();
        return run.violations();
      }
    }
  }
}
