package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.redis.client.Command;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.cluster.ClusterTopology;
import penstock.redis.topology.ServerAddress;

/**
 * Nodes that announce a name are connected to by it, whatever their redirections say: a certificate
 * may name nothing else, and what an address leads to may have changed.
 */
class AnnouncedNamesTest {

  private static final String NAME = "localhost";
  private static RedisCluster cluster;

  private final LinkSettings settings =
      new LinkSettings(Duration.ofSeconds(5), Duration.ofMillis(100), 64);
  private final Set<ServerAddress> connectedTo = new ConcurrentSkipListSet<>();
  private ClusterAccess access;
  private ClusterTopology topology;
  private SlotLink link;

  @BeforeAll
  static void startCluster() {
    cluster = RedisCluster.start(3, 0, "--cluster-announce-hostname", NAME);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void open() {
    access = new ClusterAccess(cluster, NAME, settings, Duration.ofHours(1));
    topology = access.topology();
    // A busy machine may answer too late for one look; no other comes by itself.
    await()
        .until(
            () -> {
              topology.refresh();
              return topology.table().unowned() == 0;
            });
    link =
        new SlotLink(
            "test",
            access.vertx(),
            access.vertx().getOrCreateContext(),
            topology,
            this::node,
            null,
            this::node,
            settings);
  }

  @AfterEach
  void close() {
    await(link.close());
    access.close();
  }

  private NodeLink node(ServerAddress address) {
    connectedTo.add(address);
    return access.node(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ip", "hostname", "unknown-endpoint"})
  void aSlotThatMovesIsFollowedByName(String told) {
    cluster
        .servers()
        .forEach(one -> one.ask("CONFIG", "SET", "cluster-preferred-endpoint-type", told));
    String key = "ps:{named/" + told + "}:n";
    await(link.send(Command.SET, key, 1));
    RedisServer from = cluster.masterOf(key);
    RedisServer to =
        cluster.servers().stream().filter(one -> one != from).findFirst().orElseThrow();
    cluster.migrate(
        RedisCluster.slot(key),
        from,
        to,
        () -> assertThat(await(link.send(Command.GET, key))).hasToString("1"));
    assertThat(await(link.send(Command.INCR, key)).toInteger()).isEqualTo(2);
    assertThat(topology.table().owner(RedisCluster.slot(key)))
        .contains(new ServerAddress(NAME, to.port()));
    assertThat(connectedTo).allMatch(one -> one.host().equals(NAME));
  }
}
