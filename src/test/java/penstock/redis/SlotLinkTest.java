package penstock.redis;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static penstock.Patience.await;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.redis.cluster.ClusterTopology;
import penstock.redis.topology.ServerAddress;

/** Over a cluster of three masters. Each test uses keys of its own. */
class SlotLinkTest {

  private static final int MAX_PENDING = 1_024;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static RedisCluster cluster;

  private final LinkSettings settings =
      new LinkSettings(TIMEOUT, Duration.ofMillis(100), MAX_PENDING);
  private ClusterAccess access;
  private ClusterTopology topology;
  private SlotLink link;

  @BeforeAll
  static void startCluster() {
    cluster = RedisCluster.start(3, 0);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void open() {
    access = new ClusterAccess(cluster, "127.0.0.1", settings, Duration.ofSeconds(1));
    topology = access.topology();
    topology.refresh();
    link =
        new SlotLink(
            "test",
            access.vertx(),
            access.vertx().getOrCreateContext(),
            topology,
            access::node,
            null,
            access::node,
            settings);
  }

  @AfterEach
  void close() {
    await(link.close());
    access.close();
  }

  @Test
  void sendsEachCommandToTheNodeThatHasItsKey() {
    List<Future<Response>> sent =
        IntStream.range(0, 200)
            .mapToObj(i -> link.send(Command.SET, "ps:routed:" + i, i))
            .collect(toList());
    sent.forEach(reply -> await(reply));
    for (int i = 0; i < 200; i++) {
      String key = "ps:routed:" + i;
      assertThat(cluster.ask(key, "GET", key)).isEqualTo("" + i);
    }
    assertThat(topology.table().owners()).hasSize(3);
  }

  @Test
  void sendsAKeylessCommandToAny() {
    assertThat(await(link.send(Command.TIME)).size()).isEqualTo(2);
  }

  @Test
  void loadsAScriptWhereItIsNeeded() {
    Script script = Script.of("return redis.call('INCR', KEYS[1]) -- of each node");
    for (int i = 0; i < 20; i++) {
      String key = "ps:{loaded/" + i + "}:n";
      assertThat(await(script.run(link, script.call(key))).toInteger()).isEqualTo(1);
    }
  }

  @Test
  void followsASlotThatMoved() {
    String key = "ps:{followed/0}:n";
    await(link.send(Command.INCR, key));
    RedisServer from = cluster.masterOf(key);
    RedisServer to = another(from);
    cluster.migrate(RedisCluster.slot(key), from, to, () -> {});
    assertThat(await(link.send(Command.INCR, key)).toInteger()).isEqualTo(2);
    assertThat(topology.table().owner(RedisCluster.slot(key)))
        .contains(new ServerAddress("127.0.0.1", to.port()));
    assertThat(to.ask("GET", key)).isEqualTo("2");
  }

  @Test
  void keepsTheOrderOfASlotThatMoves() throws InterruptedException {
    keepsTheOrder(
        "ps:{ordered/0}:list", (slot, from, to) -> cluster.migrate(slot, from, to, () -> {}));
  }

  @Test
  void keepsTheOrderOfASlotThatMovesAtOnce() throws InterruptedException {
    assumeThat(cluster.movesAtOnce()).as("the server can").isTrue();
    keepsTheOrder("ps:{ordered/1}:list", cluster::moveAtOnce);
  }

  /** How a slot is moved. */
  private interface Move {
    void of(int slot, RedisServer from, RedisServer to);
  }

  /**
   * What was sent before is done before, whichever node does it. The slot does not come back to a
   * node while that has yet to refuse what was sent to it before.
   */
  private void keepsTheOrder(String key, Move move) throws InterruptedException {
    var stopped = new AtomicBoolean();
    var begun = new AtomicInteger();
    var ended = new AtomicInteger();
    var places = new Semaphore(MAX_PENDING / 2);
    List<Future<Response>> sent = new ArrayList<>();
    Thread sender =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stopped.get()) {
                    places.acquireUninterruptibly();
                    begun.incrementAndGet();
                    sent.add(
                        link.send(Command.RPUSH, key, sent.size())
                            .onComplete(
                                done -> {
                                  ended.incrementAndGet();
                                  places.release();
                                }));
                  }
                });
    for (int i = 0; i < 6; i++) {
      RedisServer from = cluster.masterOf(key);
      move.of(RedisCluster.slot(key), from, another(from));
      int before = begun.get();
      await().until(() -> ended.get() >= before);
    }
    stopped.set(true);
    sender.join();
    sent.forEach(reply -> await(reply));
    List<?> done = (List<?>) Objects.requireNonNull(cluster.ask(key, "LRANGE", key, 0, -1));
    assertThat(done).hasSameSizeAs(sent);
    for (int i = 0; i < done.size(); i++) {
      assertThat(done.get(i)).as("of %s", done.size()).isEqualTo("" + i);
    }
  }

  /** It makes keys that it does not name before: half of them there, half here would be a loss. */
  @Test
  void runsNoScriptWhileItsKeysAreOnTheirWay() {
    String base = "ps:{apart/0}:";
    Script script =
        Script.of(
            """
            local n = redis.call('INCR', KEYS[1])
            redis.call('SET', ARGV[1] .. n, n)
            return n
            """);
    for (int i = 0; i < 10; i++) {
      await(script.run(link, script.call(base + "n", base + "never").arg(base)));
    }
    RedisServer from = cluster.masterOf(base + "n");
    List<Future<Response>> meanwhile = new ArrayList<>();
    cluster.migrate(
        RedisCluster.slot(base + "n"),
        from,
        another(from),
        () -> {
          for (int i = 0; i < 10; i++) {
            meanwhile.add(script.run(link, script.call(base + "n", base + "never").arg(base)));
          }
          await().until(() -> link.pending() == 10);
          assertThat(meanwhile).noneMatch(Future::isComplete);
        });
    assertThat(meanwhile.stream().map(reply -> await(reply).toInteger()))
        .containsExactlyInAnyOrder(11, 12, 13, 14, 15, 16, 17, 18, 19, 20);
    for (int i = 1; i <= 20; i++) {
      assertThat(cluster.ask(base + "n", "GET", base + i)).isEqualTo("" + i);
    }
  }

  @Test
  void asksTheOneThatTakesASlotOverForAKeyThatIsThereAlready() {
    String one = "ps:{asked/0}:one";
    String two = "ps:{asked/0}:two";
    await(link.send(Command.SET, one, 1));
    await(link.send(Command.SET, two, 2));
    RedisServer from = cluster.masterOf(one);
    cluster.migrate(
        RedisCluster.slot(one),
        from,
        another(from),
        () -> {
          assertThat(await(link.send(Command.GET, one))).hasToString("1");
          assertThat(await(link.send(Command.GET, two))).hasToString("2");
        });
  }

  @Test
  void sendsTwoTogetherAgain() {
    String key = "ps:{both/0}:n";
    await(link.send(Command.INCR, key));
    RedisServer from = cluster.masterOf(key);
    cluster.migrate(RedisCluster.slot(key), from, another(from), () -> {});
    RedisLink.Replies both =
        await(
            link.sendTogether(
                RedisLink.request(Command.INCR, key), RedisLink.request(Command.WAIT, 0, 10)));
    assertThat(both.first().toInteger()).isEqualTo(2);
    assertThat(both.second().toInteger()).isZero();
  }

  @Test
  void failsOnlyWhatIsForANodeThatIsAway() {
    String key = "ps:{away/0}:n";
    await(link.send(Command.INCR, key));
    RedisServer gone = cluster.masterOf(key);
    gone.kill();
    try {
      await()
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> await(link.send(Command.INCR, key)))
                      .hasMessageContaining("127.0.0.1:" + gone.port() + " is away"));
      String other =
          IntStream.range(0, 100)
              .mapToObj(i -> "ps:{there/" + i + "}:n")
              .filter(it -> !isOf(it, gone))
              .findFirst()
              .orElseThrow();
      assertThat(await(link.send(Command.INCR, other)).toInteger()).isEqualTo(1);
      assertThat(link.isUp()).isTrue();
    } finally {
      gone.startAgain();
      cluster.awaitSound();
    }
    await().ignoreExceptions().until(() -> await(link.send(Command.INCR, key)) != null);
  }

  private boolean isOf(String key, RedisServer server) {
    return topology
        .table()
        .owner(RedisCluster.slot(key))
        .equals(Optional.of(new ServerAddress("127.0.0.1", server.port())));
  }

  private static RedisServer another(RedisServer than) {
    return cluster.servers().stream().filter(one -> one != than).findFirst().orElseThrow();
  }
}
