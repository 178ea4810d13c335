package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
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
  private Vertx vertx;
  private ServerLinks asked;
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
    vertx = Vertx.vertx();
    asked = new ServerLinks(vertx, settings, (purpose, node) -> client(node));
    topology =
        new ClusterTopology(
            vertx,
            cluster.servers().stream().map(one -> new ServerAddress(NAME, one.port())).toList(),
            asked::ask,
            Duration.ofHours(1));
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
            vertx,
            vertx.getOrCreateContext(),
            topology,
            this::node,
            null,
            this::node,
            settings);
  }

  @AfterEach
  void close() {
    await(link.close());
    topology.close();
    asked.close();
    await(vertx.close());
  }

  private ServerClient client(ServerAddress node) {
    return new ServerClient(
        Redis.createClient(vertx, new RedisOptions().setConnectionString("redis://" + node)), node);
  }

  private NodeLink node(ServerAddress address) {
    connectedTo.add(address);
    var opened =
        new NodeLink(
            "test",
            vertx,
            vertx.getOrCreateContext(),
            new Destination(
                () -> Future.succeededFuture(client(address)),
                (connection, at) -> Future.succeededFuture(),
                false),
            settings);
    opened.start();
    return opened;
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
