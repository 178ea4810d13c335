package penstock.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.Requests;
import penstock.redis.RedisSecurity;
import penstock.redis.RedisServer;
import penstock.redis.ReplicasResource;

/**
 * Readers are served from replicas, and lose nothing when these fall behind or take over. All speak
 * TLS, and the service's user may do what docs/scaling.md says and nothing else.
 */
@QuarkusTest
@TestProfile(ReplicaReadsTest.Settings.class)
@WithTestResource(value = ReplicasResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class ReplicaReadsTest {

  public static class Settings implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.redis.read-from", "replica",
          "penstock.redis.replica-max-lag", "2s",
          "penstock.redis.monitor-interval", "100ms",
          "penstock.tail.check-interval", "500ms",
          "penstock.streams.auto-create", "true",
          "penstock.views.seen.stream", "viewed",
          "penstock.views.seen.fold", "count",
          "penstock.views.seen.key", "subject");
    }
  }

  private static final int READS = 200;

  ReplicasResource.Servers servers;
  private int next;

  @BeforeEach
  void ready() {
    Requests.awaitReady();
    await().until(() -> Meters.read("penstock_redis_replica") == 1);
  }

  /** Whatever a test did, the first server is the master again and the others follow it. */
  @AfterEach
  void restore() {
    RedisServer first = servers.all().getFirst();
    first.ask("REPLICAOF", "NO", "ONE");
    for (RedisServer one : servers.all()) {
      if (one != first) {
        servers.follow(one, first);
      }
    }
    for (RedisServer one : servers.replicas()) {
      await().until(() -> String.valueOf(one.ask("ROLE")).contains("connected"));
    }
  }

  private String post(String stream) {
    String id = "e" + next++;
    String body =
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"k\",\"data\":\"%s\"}"
            .formatted(id, id);
    String cursor = Requests.postUntilTaken(stream, body);
    sent.add(id);
    return cursor;
  }

  private final List<String> sent = new ArrayList<>();

  private static FeedClient follow(String stream) {
    return FeedClient.open(RestAssured.port, "/streams/" + stream + "/feed?cursor=earliest", null);
  }

  private long callsAtReplicas(String command) {
    return servers.replicas().stream().mapToLong(one -> one.calls(command)).sum();
  }

  @Test
  void whatReadersCostIsTakenOffTheMaster() {
    post("off");
    try (FeedClient feed = follow("off")) {
      await().until(() -> feed.ids().equals(sent));
      long xreads = servers.master().calls("xread");
      long pages = servers.master().calls("xrange");
      long xreadsAtReplicas = callsAtReplicas("xread");
      long pagesAtReplicas = callsAtReplicas("xrange");
      long began = System.nanoTime();
      for (int i = 0; i < READS; i++) {
        post("off");
        given().get("/streams/off/events?cursor=earliest").then().statusCode(200);
        await().pollInterval(Duration.ofMillis(1)).until(() -> feed.ids().equals(sent));
      }
      // what is left there is what instances tell each other, some times a second
      long others = 5 * (1 + Duration.ofNanos(System.nanoTime() - began).toSeconds());
      assertThat(servers.master().calls("xread") - xreads).isLessThan(others);
      assertThat(servers.master().calls("xrange") - pages).isLessThan(others);
      assertThat(callsAtReplicas("xread") - xreadsAtReplicas).isGreaterThanOrEqualTo(READS);
      assertThat(callsAtReplicas("xrange") - pagesAtReplicas).isGreaterThanOrEqualTo(READS);
    }
  }

  @Test
  void allConnectionsAreOfTheUserThatIsMeantForThem() {
    post("of-user");
    await().until(() -> servers.all().stream().allMatch(RedisSecurity::isOnlyUser));
  }

  @Test
  void oneReadsOnesOwnWriteAndACursorIsGoodEverywhere() {
    for (int i = 1; i <= 50; i++) {
      String cursor = post("viewed");
      given()
          .get("/views/seen/entries/k?at-least=" + cursor + "&wait=20s")
          .then()
          .statusCode(200)
          .body("value", equalTo(i));
      // the replica may not have yet what the cursor covers
      given().get("/streams/viewed/events?cursor=" + cursor).then().statusCode(200);
    }
  }

  @Test
  void aReplicaThatFallsBehindIsLeftAndReturnedTo() {
    post("lagging");
    try (FeedClient feed = follow("lagging")) {
      await().until(() -> feed.ids().equals(sent));
      for (RedisServer replica : servers.replicas()) {
        // it follows nobody any more, and does not know it
        replica.ask("REPLICAOF", "127.0.0.1", "1");
      }
      await()
          .until(
              () -> {
                post("lagging");
                return Meters.read("penstock_redis_replica") == 0;
              });
      await().until(() -> feed.ids().equals(sent));
      RedisServer master = servers.all().getFirst();
      servers.replicas().forEach(replica -> servers.follow(replica, master));
      await().until(() -> Meters.read("penstock_redis_replica") == 1);
      post("lagging");
      await().until(() -> feed.ids().equals(sent));
      assertThat(feed.messages("reset")).isEmpty();
    }
  }

  @Test
  void aReplicaThatHangsIsLeft() {
    post("hanging");
    try (FeedClient feed = follow("hanging")) {
      await().until(() -> feed.ids().equals(sent));
      RedisServer hanging = servers.replicas().getFirst();
      RedisServer other = servers.replicas().getLast();
      for (RedisServer one : List.of(hanging, other)) {
        one.pause();
        try {
          post("hanging");
          await().until(() -> feed.ids().equals(sent));
        } finally {
          one.resume();
        }
      }
      assertThat(feed.messages("reset")).isEmpty();
    }
  }

  @Test
  void readinessSaysThatThereIsNoMasterAndWarnsOfOneThatNothingGuards() {
    given()
        .get("/q/health/ready")
        .then()
        .body(redis("warning"), containsString("min-replicas-to-write is not set"));
    RedisServer master = servers.master();
    master.ask("CONFIG", "SET", "min-replicas-to-write", "1");
    try {
      await()
          .untilAsserted(
              () -> given().get("/q/health/ready").then().body(redis("warning"), nullValue()));
      master.ask("REPLICAOF", "127.0.0.1", "1");
      await()
          .untilAsserted(
              () ->
                  given()
                      .get("/q/health/ready")
                      .then()
                      .statusCode(503)
                      .body(redis("reason"), equalTo("none of the 3 hosts is a master")));
    } finally {
      master.ask("CONFIG", "SET", "min-replicas-to-write", "0");
    }
  }

  private static String redis(String datum) {
    return "checks.find { it.name == 'redis' }.data." + datum;
  }

  @Test
  void aTailThatATakeoverLosesIsToldByAReset() {
    post("lost");
    RedisServer former = servers.master();
    RedisServer heir = servers.replicas().getFirst();
    RedisServer reader = servers.replicas().getLast();
    try (FeedClient feed = follow("lost")) {
      await().until(() -> feed.ids().equals(sent));
      // only the reader's replica hears of what comes now
      heir.ask("REPLICAOF", "127.0.0.1", "1");
      String lost = post("lost");
      assertThat(lost).isNotEmpty();
      await().until(() -> feed.ids().equals(sent));
      heir.ask("REPLICAOF", "NO", "ONE");
      servers.follow(reader, heir);
      servers.follow(former, heir);
      await().until(() -> !feed.messages("reset").isEmpty());
      assertThat(feed.messages("reset").getFirst().data()).contains("new-term");
      String after = "e" + next;
      post("lost");
      await().until(() -> feed.ids().contains(after));
    }
  }
}
