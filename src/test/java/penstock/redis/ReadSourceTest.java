package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.redis.cluster.ClusterTopology;
import penstock.redis.topology.ServerAddress;

/** Links for reading, over a cluster of three masters with two replicas each. */
class ReadSourceTest {

  private static final String HOST = "127.0.0.1";
  private static final int MAX_PENDING = 1_024;
  private static RedisCluster cluster;

  private final LinkSettings settings =
      new LinkSettings(Duration.ofSeconds(5), Duration.ofMillis(100), MAX_PENDING);
  private ClusterAccess access;
  private ClusterTopology topology;
  private ReadSource source;
  private SlotLink writing;
  private SlotLink reading;
  private long looks;

  @BeforeAll
  static void startCluster() {
    cluster = RedisCluster.start(3, 2);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void open() {
    open(settings.monitorInterval());
  }

  /**
   * @param interval from look to look at the cluster
   */
  private void open(Duration interval) {
    access = new ClusterAccess(cluster, HOST, settings, interval);
    topology = access.topology();
    topology.refresh();
    await(topology.firstLook());
    source = new ReadSource(access.vertx(), topology, access.asked(), settings);
    looks = access.vertx().setPeriodic(100, look -> source.look());
    writing = link(null);
    reading = link(source);
    await().until(() -> source.chosen().size() == 3);
  }

  @AfterEach
  void close() {
    access.vertx().cancelTimer(looks);
    await(reading.close());
    await(writing.close());
    access.close();
  }

  private SlotLink link(@org.jspecify.annotations.Nullable ReadSource of) {
    return new SlotLink(
        "test",
        access.vertx(),
        access.vertx().getOrCreateContext(),
        topology,
        access::node,
        of,
        node -> access.node(node, ReadSourceTest::readOnly),
        settings);
  }

  private static Future<Void> readOnly(RedisConnection connection) {
    return connection.send(Request.cmd(Command.READONLY)).mapEmpty();
  }

  private static ServerAddress address(RedisServer server) {
    return new ServerAddress(HOST, server.port());
  }

  private RedisServer replicaOf(RedisServer master) {
    ServerAddress address =
        await().until(() -> source.replicaOf(address(master)), Optional::isPresent).orElseThrow();
    return cluster.servers().stream()
        .filter(one -> address(one).equals(address))
        .findFirst()
        .orElseThrow();
  }

  private RedisServer otherReplicaOf(RedisServer master) {
    RedisServer present = replicaOf(master);
    return cluster.replicasOf(master).stream()
        .filter(one -> one != present)
        .findFirst()
        .orElseThrow();
  }

  private static long calls(List<RedisServer> servers, String command) {
    return servers.stream().mapToLong(one -> one.calls(command)).sum();
  }

  @Test
  void whatIsReadIsAskedOfReplicas() {
    List<RedisServer> masters = cluster.masters();
    List<RedisServer> replicas = masters.stream().map(this::replicaOf).toList();
    for (int i = 0; i < 100; i++) {
      await(writing.send(Command.SET, "ps:{spread/" + i + "}:n", i));
    }
    long atMasters = calls(masters, "get");
    long atReplicas = calls(replicas, "get");
    for (int i = 0; i < 100; i++) {
      // it was admitted when it had what had been written
      assertThat(await(reading.send(Command.GET, "ps:{spread/" + i + "}:n"))).hasToString("" + i);
    }
    assertThat(calls(masters, "get") - atMasters).isZero();
    assertThat(calls(replicas, "get") - atReplicas).isEqualTo(100);
  }

  /** As one that has become a replica, or where its users lack the right. */
  @Test
  void aMasterThatDoesNotTellWhatItHasIsReadItself() {
    RedisServer master = cluster.masterOf("ps:{told/0}:n");
    await(writing.send(Command.SET, "ps:{told/0}:n", 1));
    master.ask("ACL", "SETUSER", "default", "-cluster|replicas");
    try {
      long before = master.calls("get");
      assertThat(await(reading.send(Command.GET, "ps:{told/0}:n"))).hasToString("1");
      assertThat(master.calls("get") - before).isEqualTo(1);
    } finally {
      master.ask("ACL", "SETUSER", "default", "+cluster|replicas");
    }
  }

  /** A replica knows nothing of it: it would answer that the key is not there. */
  @Test
  void noPartOfASlotIsReadWhileItIsOnItsWay() {
    String one = "ps:{moving/0}:one";
    String two = "ps:{moving/0}:two";
    await(writing.send(Command.SET, one, 1));
    await(writing.send(Command.SET, two, 2));
    RedisServer from = cluster.masterOf(one);
    RedisServer to = cluster.masters().stream().filter(it -> it != from).findFirst().orElseThrow();
    assertThat(await(reading.send(Command.GET, one))).hasToString("1");
    RedisServer replica = replicaOf(from);
    cluster.migrate(
        RedisCluster.slot(one),
        from,
        to,
        () -> {
          await().until(() -> keysIn(RedisCluster.slot(one), replica).equals("1"));
          for (int i = 0; i < 20; i++) {
            assertThat(await(reading.send(Command.GET, one))).hasToString("1");
            assertThat(await(reading.send(Command.GET, two))).hasToString("2");
          }
        });
    for (int i = 0; i < 20; i++) {
      assertThat(await(reading.send(Command.GET, one))).hasToString("1");
      assertThat(await(reading.send(Command.GET, two))).hasToString("2");
    }
    long atReplica = replicaOf(to).calls("get");
    await()
        .until(
            () ->
                await(reading.send(Command.GET, one)) != null
                    && replicaOf(to).calls("get") > atReplica);
  }

  /** It is whole at its master, of whose replica it is known only that it has left. */
  @Test
  void aSlotThatWasAwayBetweenTwoLooksIsNotReadBeforeTheReplicaHasItBack() {
    close();
    open(Duration.ofHours(1));
    String key = "ps:{away/0}:n";
    int slot = RedisCluster.slot(key);
    await(writing.send(Command.SET, key, 1));
    RedisServer master = cluster.masterOf(key);
    RedisServer other =
        cluster.masters().stream().filter(it -> it != master).findFirst().orElseThrow();
    RedisServer replica = replicaOf(master);
    long atReplica = replica.calls("get");
    assertThat(await(reading.send(Command.GET, key))).hasToString("1");
    assertThat(replica.calls("get")).isGreaterThan(atReplica);
    // The replica stays the chosen one while it lags.
    access.vertx().cancelTimer(looks);
    cluster.migrate(slot, master, other, () -> {});
    await().until(() -> keysIn(slot, replica).equals("0"));
    master.cutOff(replica);
    try {
      cluster.awaitHeard(other, master);
      cluster.migrate(slot, other, master, () -> {});
      cluster.awaitHeard(master, replica);
      assertThat(keysIn(slot, replica)).isEqualTo("0");
      for (int i = 0; i < 20; i++) {
        assertThat(await(reading.send(Command.GET, key))).hasToString("1");
      }
    } finally {
      master.letIn(replica);
      cluster.awaitSound();
    }
  }

  private static String keysIn(int slot, RedisServer server) {
    return String.valueOf(server.ask("CLUSTER", "COUNTKEYSINSLOT", slot));
  }

  @Test
  void nothingGoesBackWhenAnotherReplicaLags() {
    String key = "ps:{back/0}:n";
    await(writing.send(Command.SET, key, 1));
    assertThat(await(reading.send(Command.GET, key))).hasToString("1");
    RedisServer master = cluster.masterOf(key);
    RedisServer present = replicaOf(master);
    RedisServer other = otherReplicaOf(master);
    master.cutOff(other);
    try {
      await(writing.send(Command.SET, key, 2));
      await().until(() -> await(reading.send(Command.GET, key)).toString().equals("2"));
      assertThat(other.open().ask("READONLY")).isEqualTo("OK");
      present.kill();
      for (int i = 0; i < 50; i++) {
        assertThat(await(reading.send(Command.GET, key))).hasToString("2");
      }
    } finally {
      master.letIn(other);
      if (!present.isRunning()) {
        present.startAgain();
      }
      cluster.awaitSound();
    }
    await().until(() -> source.chosen().size() == 3);
  }

  @Test
  void aReplicaThatEndsIsNotMissed() {
    String key = "ps:{missed/0}:n";
    await(writing.send(Command.SET, key, "x"));
    assertThat(await(reading.send(Command.GET, key))).hasToString("x");
    RedisServer present = replicaOf(cluster.masterOf(key));
    List<Future<Response>> sent = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        if (i == 250) {
          present.kill();
        }
        sent.add(reading.send(Command.GET, key));
      }
      sent.forEach(reply -> assertThat(await(reply)).hasToString("x"));
    } finally {
      if (!present.isRunning()) {
        present.startAgain();
      }
      cluster.awaitSound();
    }
  }

  @Test
  void whatAReplicaCannotDoTheMasterDoes() {
    String key = "ps:{noting/0}:n";
    Script script = Script.of("return redis.call('INCR', KEYS[1]) -- at the master");
    assertThat(await(script.run(reading, script.call(key))).toInteger()).isEqualTo(1);
    assertThat(await(script.run(reading, script.call(key))).toInteger()).isEqualTo(2);
  }

  /** Replicas since Valkey 9 say it in other words. */
  @Test
  void whatAReplicaTakesForItsMastersTheMasterDoes() {
    String key = "ps:{noting/1}:n";
    Script script =
        Script.of(
            """
            local n = redis.pcall('INCR', KEYS[1])
            if type(n) == 'table' then
              return redis.error_reply('ERR Attempted to access a non local key in a cluster node')
            end
            return n
            """);
    assertThat(await(script.run(reading, script.call(key))).toInteger()).isEqualTo(1);
  }

  /** As for whoever writes: what was sent before is seen before. */
  @Test
  void whatIsReadOfASlotNeverGoesBackWhileItMoves() {
    String key = "ps:{forward/0}:n";
    await(writing.send(Command.SET, key, 0));
    List<Future<Response>> sent = new ArrayList<>();
    int last = 0;
    for (int round = 0; round < 3; round++) {
      RedisServer from = cluster.masterOf(key);
      RedisServer to =
          cluster.masters().stream().filter(it -> it != from).findFirst().orElseThrow();
      if (round == 1 && cluster.movesAtOnce()) {
        cluster.moveAtOnce(RedisCluster.slot(key), from, to);
      } else {
        cluster.migrate(RedisCluster.slot(key), from, to, () -> {});
      }
      for (int i = 0; i < 50; i++) {
        await(writing.send(Command.INCR, key));
        sent.add(reading.send(Command.GET, key));
      }
    }
    for (Future<Response> one : sent) {
      int now = await(one).toInteger();
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
  }
}
