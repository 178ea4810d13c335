package penstock.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.Requests;
import penstock.redis.RedisCluster;
import penstock.redis.RedisClusterResource;
import penstock.redis.RedisServer;

/** Readers of a cluster are served from replicas of its masters, and notice nothing of it. */
@QuarkusTest
@TestProfile(ClusterReplicaReadsTest.Settings.class)
@WithTestResource(
    value = RedisClusterResource.class,
    scope = TestResourceScope.RESTRICTED_TO_CLASS,
    initArgs = @ResourceArg(name = "replicas", value = "2"))
class ClusterReplicaReadsTest {

  public static class Settings implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.redis.read-from", "replica"),
          Map.entry("penstock.redis.replica-max-lag", "2s"),
          Map.entry("penstock.redis.monitor-interval", "100ms"),
          // what is told by a notice and not by a look is told at once
          Map.entry("penstock.tail.check-interval", "5s"),
          Map.entry("penstock.streams.auto-create", "true"),
          Map.entry("penstock.streams.wide.partitions", "6"),
          Map.entry("penstock.streams.ordered.partitions", "" + PARTITIONS),
          Map.entry("penstock.streams.viewed.partitions", "6"),
          Map.entry("penstock.views.seen.stream", "viewed"),
          Map.entry("penstock.views.seen.fold", "count"),
          Map.entry("penstock.views.seen.key", "type"));
    }
  }

  private static final int READS = 100;
  private static final int PARTITIONS = 6;

  /** Of the events of which the order is looked at. */
  private static final int KEYS = 12;

  /** Events of each of these keys. */
  private static final int EACH = 40;

  /** Half of the time between two looks at a log of which nothing is heard. */
  private static final Duration AT_ONCE = Duration.ofMillis(2_500);

  /** The machine may stand still now and then. */
  private static final int MOST_LATE = 5;

  RedisCluster cluster;
  private final Set<String> sent = new TreeSet<>();

  @BeforeEach
  void ready() {
    Requests.awaitReady();
    awaitAllReadFromReplicas();
  }

  private static void awaitAllReadFromReplicas() {
    await().until(() -> Meters.read("penstock_redis_replica") == 1);
  }

  private String post(String stream) {
    String id = stream + sent.size();
    String body =
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"k%s\"}"
            .formatted(id, id);
    String cursor = Requests.postUntilTaken(stream, body);
    sent.add(id);
    return cursor;
  }

  private static FeedClient follow(String stream) {
    return FeedClient.open(RestAssured.port, "/streams/" + stream + "/feed?cursor=earliest", null);
  }

  /** Each once. */
  private void awaitSeen(FeedClient feed) {
    await()
        .pollInterval(Duration.ofMillis(2))
        .untilAsserted(
            () -> {
              List<String> ids = new ArrayList<>(feed.ids());
              assertThat(ids).hasSameSizeAs(sent).containsAll(sent);
            });
  }

  private long callsAtMasters(String command) {
    return calls(cluster.masters(), command);
  }

  private long callsAtReplicas(String command) {
    List<RedisServer> replicas = new ArrayList<>(cluster.servers());
    replicas.removeAll(cluster.masters());
    return calls(replicas, command);
  }

  private static long calls(List<RedisServer> servers, String command) {
    return servers.stream().mapToLong(one -> one.calls(command)).sum();
  }

  @Test
  void whatReadersCostIsTakenOffTheMasters() {
    post("wide");
    try (FeedClient feed = follow("wide")) {
      awaitSeen(feed);
      long reads = callsAtMasters("xread");
      long pages = callsAtMasters("xrange");
      long readsAtReplicas = callsAtReplicas("xread");
      long pagesAtReplicas = callsAtReplicas("xrange");
      long began = System.nanoTime();
      int late = 0;
      for (int i = 0; i < READS; i++) {
        post("wide");
        long posted = System.nanoTime();
        given().get("/streams/wide/events?cursor=earliest&limit=1000").then().statusCode(200);
        awaitSeen(feed);
        if (System.nanoTime() - posted > AT_ONCE.toNanos()) {
          late++;
        }
      }
      assertThat(late)
          .as("news that come before what they tell of are waited for")
          .isLessThan(MOST_LATE);
      // what is left there is what instances tell each other, some times a second
      long others = 5 * (1 + Duration.ofNanos(System.nanoTime() - began).toSeconds());
      assertThat(callsAtMasters("xread") - reads).isLessThan(others);
      assertThat(callsAtMasters("xrange") - pages).isLessThan(others);
      assertThat(callsAtReplicas("xread") - readsAtReplicas).isGreaterThanOrEqualTo(READS);
      assertThat(callsAtReplicas("xrange") - pagesAtReplicas).isGreaterThanOrEqualTo(READS);
      assertThat(feed.messages("reset")).isEmpty();
    }
  }

  @Test
  void oneReadsOnesOwnWrite() {
    for (int i = 1; i <= 50; i++) {
      String cursor = post("viewed");
      given()
          .get("/views/seen/entries/t?at-least=" + cursor + "&wait=20s")
          .then()
          .statusCode(200)
          .body("value", equalTo(i));
    }
  }

  @Test
  void replicasThatFallBehindAreLeftAndReturnedTo() {
    post("lagging");
    RedisServer master = cluster.masterOf("ps:{lagging/0}:events");
    List<RedisServer> replicas = cluster.replicasOf(master);
    try (FeedClient feed = follow("lagging")) {
      awaitSeen(feed);
      replicas.forEach(master::cutOff);
      try {
        await()
            .until(
                () -> {
                  post("lagging");
                  return Meters.read("penstock_redis_replica") < 1;
                });
        awaitSeen(feed);
      } finally {
        replicas.forEach(master::letIn);
      }
      awaitAllReadFromReplicas();
      post("lagging");
      awaitSeen(feed);
      assertThat(feed.messages("reset")).isEmpty();
    }
  }

  @Test
  void replicasThatHangOrEndAreLeft() {
    post("hanging");
    RedisServer master = cluster.masterOf("ps:{hanging/0}:events");
    List<RedisServer> replicas = cluster.replicasOf(master);
    try (FeedClient feed = follow("hanging")) {
      awaitSeen(feed);
      for (RedisServer one : replicas) {
        one.pause();
        try {
          post("hanging");
          awaitSeen(feed);
        } finally {
          one.resume();
        }
      }
      replicas.forEach(RedisServer::kill);
      try {
        post("hanging");
        awaitSeen(feed);
      } finally {
        replicas.forEach(RedisServer::startAgain);
        cluster.awaitSound();
      }
      post("hanging");
      awaitSeen(feed);
      assertThat(feed.messages("reset")).isEmpty();
    }
    awaitAllReadFromReplicas();
  }

  /**
   * The partitions are on different masters, one of which stands still now and then, and one moves:
   * then the events of some keys come later than those of others, but of each key in order.
   */
  @Test
  void eachKeyKeepsItsOrderOverPartitionsOfDifferentNodes() throws InterruptedException {
    Set<RedisServer> masters = new HashSet<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      masters.add(cluster.masterOf("ps:{ordered/" + partition + "}:events"));
    }
    assertThat(masters).as("where the partitions are").hasSizeGreaterThan(1);
    try (FeedClient live = follow("ordered")) {
      List<Thread> producers = new ArrayList<>();
      for (int key = 0; key < KEYS; key++) {
        String subject = "k" + key;
        producers.add(Thread.ofVirtual().start(() -> postInOrder("ordered", subject)));
      }
      for (RedisServer one : masters) {
        one.pause();
        Thread.sleep(300);
        one.resume();
      }
      String log = "ps:{ordered/0}:events";
      RedisServer from = cluster.masterOf(log);
      cluster.migrate(
          RedisCluster.slot(log),
          from,
          masters.stream().filter(one -> one != from).findFirst().orElseThrow(),
          () -> {});
      for (Thread producer : producers) {
        producer.join();
      }
      try (FeedClient late = follow("ordered")) {
        for (FeedClient feed : List.of(live, late)) {
          await().until(() -> feed.ids().size() >= KEYS * EACH);
          for (int key = 0; key < KEYS; key++) {
            String subject = "k" + key + "-";
            assertThat(feed.ids().stream().filter(id -> id.startsWith(subject)))
                .containsExactlyElementsOf(
                    IntStream.range(0, EACH).mapToObj(i -> subject + i).toList());
          }
          assertThat(feed.messages("reset")).isEmpty();
        }
      }
    }
  }

  private static void postInOrder(String stream, String subject) {
    for (int i = 0; i < EACH; i++) {
      Requests.postUntilTaken(
          stream,
          "{\"specversion\":\"1.0\",\"id\":\"%s-%d\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"%s\"}"
              .formatted(subject, i, subject));
    }
  }

  @Test
  void aTakeoverAndAMoveOfASlotAreNotNoticed() {
    String log = "ps:{taken/0}:events";
    post("taken");
    RedisServer master = cluster.masterOf(log);
    try (FeedClient feed = follow("taken")) {
      awaitSeen(feed);
      cluster.replicasOf(master).getFirst().ask("CLUSTER", "FAILOVER");
      await().until(() -> cluster.masterOf(log) != master);
      cluster.awaitSound();
      post("taken");
      awaitSeen(feed);
      RedisServer from = cluster.masterOf(log);
      RedisServer to =
          cluster.masters().stream().filter(one -> one != from).findFirst().orElseThrow();
      cluster.migrate(RedisCluster.slot(log), from, to, () -> {});
      post("taken");
      awaitSeen(feed);
      assertThat(feed.messages("reset")).isEmpty();
    }
    awaitAllReadFromReplicas();
  }
}
