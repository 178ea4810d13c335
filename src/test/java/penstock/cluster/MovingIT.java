package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import penstock.Patience;
import penstock.redis.RedisCluster;
import penstock.redis.RedisServer;

/**
 * From one server to several, as docs/scaling.md has the steps, under load: nothing is lost or
 * doubled, and readers are reset only if what they saw is missing.
 */
class MovingIT {

  private static final int PARTITIONS = 6;

  @Test
  void fromOneServerToSentinelNothingIsLostAndNoReaderReset() throws Exception {
    RedisServer old = RedisServer.start(RedisGroup.options(0));
    try (RedisGroup group = new RedisGroup(false);
        Move move = new Move(old, 1, Map.of())) {
      RedisServer heir = group.servers().getFirst();
      Failover.pause(Duration.ofSeconds(3));
      copy(old, heir);
      Failover.pause(Duration.ofSeconds(3));

      hold(old, heir);
      move.stopInstances();
      heir.ask("REPLICAOF", "NO", "ONE");
      old.kill();
      group.awaitReplicas(heir);
      group.startSentinels();
      move.cluster.redis(heir);
      move.startInstances(config -> config.putAll(group.config()));
      Failover.pause(Duration.ofSeconds(3));
      assertThat(move.violations("to sentinel", List.of())).as(move.cluster::logs).isEmpty();
    } finally {
      old.close();
    }
  }

  @Test
  void fromOneServerToAClusterNothingIsLostAndNoReaderReset() throws Exception {
    RedisServer old = RedisServer.start();
    try (RedisServer node = RedisCluster.nodeToBe();
        Move move = new Move(old, PARTITIONS, Errand.CONFIG)) {
      Errand errand = new Errand(move.cluster.uris());
      Map<TestedView, String> generations = move.generations();
      Failover.pause(Duration.ofSeconds(2));
      copy(old, node);
      errand.begin();
      Failover.pause(Duration.ofSeconds(2));

      hold(old, node);
      move.stopInstances();
      old.kill();
      try (RedisCluster redis = RedisCluster.of(node)) {
        for (String former : List.of("", ":works", ":notices")) {
          node.ask("DEL", "ps:instances" + former);
        }
        move.cluster.redis(redis);
        move.startInstances(config -> toCluster(config, redis));

        redis.add();
        redis.add();
        redis.rebalance();
        List.copyOf(redis.servers()).forEach(redis::addReplica);
        assertThat(redis.masters()).hasSize(3).allMatch(one -> keys(one) > 0);
        Failover.pause(Duration.ofSeconds(2));
        errand.end();
        assertThat(move.violations("to a cluster", List.of())).as(move.cluster::logs).isEmpty();
        assertThat(move.generations()).as("nothing is built anew").isEqualTo(generations);
      }
    } finally {
      old.close();
    }
  }

  /** Of a copy of a while ago: a backup, or a replica that was not waited for. */
  @Test
  void readersOfWhatTheCopyLacksAreReset() throws Exception {
    RedisServer old = RedisServer.start();
    try (RedisServer node = RedisCluster.nodeToBe();
        Move move = new Move(old, PARTITIONS, Map.of())) {
      copy(old, node);
      Failover.pause(Duration.ofSeconds(2));
      long begin = System.nanoTime();
      long offset = RedisGroup.offset(old);
      await().until(() -> RedisGroup.offset(node) >= offset);
      node.ask("REPLICAOF", "NO", "ONE");
      long cut = System.nanoTime();
      Failover.pause(Duration.ofSeconds(2));

      move.stopInstances();
      old.kill();
      long back = System.nanoTime();
      try (RedisCluster redis = RedisCluster.of(node)) {
        move.cluster.redis(redis);
        move.startInstances(config -> toCluster(config, redis));
        Loss loss = Loss.ofTail(begin, cut, back);
        Failover.pause(Duration.ofSeconds(2));
        assertThat(move.violations("to a cluster, of an old copy", List.of(loss)))
            .as(move.cluster::logs)
            .isEmpty();
        assertThat(move.resetReasons()).isNotEmpty().containsOnly("new-term");
      }
    } finally {
      old.close();
    }
  }

  private static void copy(RedisServer old, RedisServer heir) {
    heir.ask("REPLICAOF", "127.0.0.1", old.port());
    await().until(() -> RedisGroup.follows(heir, old));
  }

  /** Nothing more is written to the old one, and the other has all. */
  private static void hold(RedisServer old, RedisServer heir) {
    old.ask("CLIENT", "PAUSE", Duration.ofMinutes(5).toMillis(), "WRITE");
    await().until(() -> RedisGroup.offset(heir) == RedisGroup.offset(old));
  }

  private static void toCluster(Map<String, String> config, RedisCluster redis) {
    config.put("quarkus.redis.client-type", "cluster");
    config.put("quarkus.redis.hosts", redis.hosts());
  }

  private static long keys(RedisServer server) {
    return (Long) server.ask("DBSIZE");
  }

  /** Two instances on the old server, and who writes to them and reads from them. */
  private static final class Move implements AutoCloseable {

    private final Settings settings;
    private final Cluster cluster;
    private final Producers producers;
    private final FeedFollowers followers;

    Move(RedisServer old, int partitions, Map<String, String> config) {
      settings =
          new Settings(
              Long.getLong("cluster.seed", System.nanoTime()),
              Duration.ofSeconds(20),
              2,
              partitions,
              3,
              3,
              300,
              Duration.ofSeconds(2));
      cluster = new Cluster(ServiceProcess.PACKAGED, settings, config, old);
      producers = new Producers(settings, cluster.uris(), Cluster.STREAM);
      followers = new FeedFollowers(settings, cluster.uris(), Cluster.STREAM);
    }

    void stopInstances() {
      cluster.members().parallelStream().forEach(member -> member.process().stop());
    }

    void startInstances(Consumer<Map<String, String>> change) {
      for (Cluster.Member member : cluster.members()) {
        member.process().redeploy(ServiceProcess.PACKAGED, change);
        member.process().start();
      }
      cluster.members().forEach(member -> member.process().awaitReady());
    }

    Map<TestedView, String> generations() {
      return Arrays.stream(TestedView.values())
          .collect(Collectors.toMap(view -> view, cluster::generation));
    }

    List<String> resetReasons() {
      return followers.all().stream().flatMap(one -> one.resets().stream()).toList();
    }

    List<String> violations(String what, List<Loss> losses) throws Exception {
      producers.stop();
      List<String> violations =
          new Checker(cluster, Patience.LIMIT, losses, List.of()).check(producers, followers);
      System.out.printf(
          "moving %s: seed %d: %d acknowledged, %d known already, %d resets, %d connects%n",
          what,
          settings.seed(),
          producers.acknowledged(),
          producers.duplicates(),
          followers.resets(),
          followers.connects());
      return violations;
    }

    @Override
    public void close() {
      followers.close();
      producers.close();
      cluster.close();
    }
  }
}
