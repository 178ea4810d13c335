package penstock.redis;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.Requests;
import penstock.feed.FeedClient;

/**
 * A cluster of the oldest Redis that is supported, whose nodes speak TLS. The service's user may do
 * what docs/scaling.md says and nothing else: rules that later versions take are refused by this
 * one, and commands are in other categories.
 */
@QuarkusTest
@TestProfile(ClusterOfOldestRedisTest.Settings.class)
@WithTestResource(
    value = RedisClusterResource.class,
    scope = TestResourceScope.RESTRICTED_TO_CLASS,
    initArgs = {
      @ResourceArg(name = "secured", value = "true"),
      @ResourceArg(name = "oldest", value = "true")
    })
class ClusterOfOldestRedisTest {

  public static class Settings implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.redis.read-from", "replica"),
          Map.entry("penstock.redis.monitor-interval", "100ms"),
          Map.entry("quarkus.redis.configure-client-name", "true"),
          Map.entry("penstock.streams.wide.partitions", "6"),
          Map.entry("penstock.streams.sure.durability", "replicated"),
          Map.entry("penstock.streams.presence.partitions", "3"),
          Map.entry("penstock.views.all.stream", "wide"),
          Map.entry("penstock.views.all.fold", "count"),
          Map.entry("penstock.views.all.key", "type"));
    }
  }

  private static final int EVENTS = 20;

  RedisCluster cluster;

  @BeforeEach
  void ready() {
    Requests.awaitReady();
    await().until(() -> Meters.read("penstock_redis_replica") == 1);
  }

  private static String post(String stream, String id) {
    return Requests.postUntilTaken(
        stream,
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"%s\"}"
            .formatted(id, id));
  }

  @Test
  void eventsAreTakenAndReadWhileASlotMoves() {
    List<String> sent = new ArrayList<>();
    try (FeedClient feed =
        FeedClient.open(RestAssured.port, "/streams/wide/feed?cursor=earliest", null)) {
      String log = "ps:{wide/0}:events";
      RedisServer from = cluster.masterOf(log);
      for (int i = 0; i < EVENTS; i++) {
        sent.add("e" + i);
        String cursor = post("wide", "e" + i);
        given()
            .get("/views/all/entries/t?at-least=" + cursor + "&wait=20s")
            .then()
            .statusCode(200)
            .body("value", equalTo(i + 1));
        if (i == EVENTS / 2) {
          RedisServer to =
              cluster.masters().stream().filter(one -> one != from).findFirst().orElseThrow();
          cluster.migrate(RedisCluster.slot(log), from, to, () -> {});
        }
      }
      await().untilAsserted(() -> assertThat(feed.ids()).containsExactlyInAnyOrderElementsOf(sent));
      assertThat(feed.messages("reset")).isEmpty();
    }
  }

  @Test
  void whatIsToBeReplicatedIs() {
    post("sure", "s");
    given()
        .get("/streams/sure/events?cursor=earliest")
        .then()
        .statusCode(200)
        .body("events.id", equalTo(List.of("s")));
  }

  @Test
  void aMemberIsTimedOut() {
    given().put("/presence/lobby/ann?ttl=1s").then().statusCode(201);
    await()
        .untilAsserted(
            () ->
                given()
                    .get("/streams/presence/events?cursor=earliest")
                    .then()
                    .body("events.size()", equalTo(2)));
  }

  @Test
  void allConnectionsAreOfTheUserThatIsMeantForThem() {
    assertThat(cluster.servers().getFirst().version()).startsWith("6.2.");
    await().until(() -> cluster.servers().stream().allMatch(RedisSecurity::isOnlyUser));
    assertThat(cluster.servers())
        .allMatch(one -> String.valueOf(one.ask("CLIENT", "LIST")).contains(" name=penstock-"));
  }
}
