package penstock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static penstock.Patience.await;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Requests;
import penstock.security.FeedWitness;
import penstock.security.IssuerResource;
import penstock.security.TestIssuer;

/**
 * Each part of the service once over a cluster of three masters, where all is well. The nodes speak
 * TLS, and the service's user may do what docs/scaling.md says and nothing else.
 */
@QuarkusTest
@WithTestResource(
    value = RedisClusterResource.class,
    scope = TestResourceScope.RESTRICTED_TO_CLASS,
    initArgs = @ResourceArg(name = "secured", value = "true"))
@WithTestResource(IssuerResource.class)
@TestProfile(RedisClusterOverHttpTest.Settings.class)
class RedisClusterOverHttpTest {

  private static final int PARTITIONS = 6;
  private static final int EVENTS = 60;

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.auth.tenant-claim", "org"),
          Map.entry("penstock.tenants.overrides.slow.events-per-second", "1"),
          Map.entry("penstock.streams.wide.partitions", "" + PARTITIONS),
          Map.entry("penstock.streams.sure.partitions", "3"),
          Map.entry("penstock.streams.sure.durability", "replicated"),
          Map.entry("penstock.streams.presence.partitions", "3"),
          Map.entry("penstock.views.all.stream", "wide"),
          Map.entry("penstock.views.all.fold", "count"),
          Map.entry("penstock.views.all.key", "type"),
          Map.entry("penstock.sinks.none.stream", "wide"),
          Map.entry("penstock.sinks.none.kind", "bean:ticket-sync"),
          Map.entry("penstock.sinks.none.types", "nothing"));
    }
  }

  RedisCluster cluster;
  TestIssuer issuer;
  @TestHTTPResource URI base;

  @BeforeEach
  void ready() {
    Requests.awaitReady();
  }

  private String token() {
    return issuer.token(issuer.claims("someone").put("penstock", rights()));
  }

  private static JsonObject rights() {
    var rights = new JsonObject();
    List.of("publish", "read", "view", "group", "presence", "sink", "admin")
        .forEach(right -> rights.put(right, new JsonArray().add("*")));
    return rights;
  }

  private RequestSpecification given() {
    return Requests.given().header("Authorization", "Bearer " + token());
  }

  private static JsonObject event(String id, String subject) {
    return new JsonObject()
        .put("specversion", "1.0")
        .put("id", id)
        .put("source", "/s")
        .put("type", "t")
        .put("subject", subject);
  }

  private JsonPath append(String stream, JsonArray events) {
    return given()
        .contentType("application/cloudevents-batch+json")
        .body(events.encode())
        .post("/streams/" + stream + "/events")
        .then()
        .statusCode(201)
        .extract()
        .jsonPath();
  }

  private JsonPath append(String stream, String prefix, int count) {
    var events = new JsonArray();
    IntStream.range(0, count).forEach(i -> events.add(event(prefix + i, "k" + i)));
    return append(stream, events);
  }

  @Test
  void eventsOfAllNodesAreReadFollowedAndFolded() {
    Set<RedisServer> nodes = new HashSet<>();
    for (int i = 0; i < PARTITIONS; i++) {
      nodes.add(cluster.masterOf("ps:{wide/" + i + "}:events"));
    }
    assertThat(nodes).as("where the partitions are").hasSizeGreaterThan(1);
    try (FeedWitness feed =
        FeedWitness.withToken(base, "/streams/wide/feed?cursor=earliest", token())) {
      feed.awaitSeen("caught-up");
      String cursor = append("wide", "w", EVENTS).getString("cursor");
      append("wide", "again", 1);
      for (int i = 0; i < EVENTS; i++) {
        feed.awaitSeen("\"id\":\"w" + i + "\"");
      }
      given().get("/views/all/entries/t?wait=20s&at-least=" + cursor).then().statusCode(200);
      await()
          .untilAsserted(
              () -> given().get("/views/all/entries/t").then().body("value", equalTo(EVENTS + 1)));
    }
    given()
        .get("/streams/wide/events?cursor=earliest&limit=1000")
        .then()
        .statusCode(200)
        .body("events", hasSize(EVENTS + 1));
    given().get("/streams/wide").then().statusCode(200).body("partitions", hasSize(PARTITIONS));
    await()
        .untilAsserted(
            () ->
                assertThat(given().get("/sinks/none").jsonPath().getList("partitions.lag"))
                    .as("what the sink has yet to see")
                    .hasSize(PARTITIONS)
                    .allMatch(lag -> ((Number) lag).intValue() == 0));
  }

  @Test
  void aReplicaHasWhatIsReplicated() {
    append("sure", "s", 9);
    for (int i = 0; i < 3; i++) {
      String log = "ps:{sure/" + i + "}:events";
      RedisServer master = cluster.masterOf(log);
      assertThat(count(cluster.replicasOf(master).getFirst(), log))
          .isEqualTo(master.ask("XLEN", log));
    }
  }

  private static Object count(RedisServer replica, String log) {
    try (var conversation = replica.open()) {
      conversation.ask("READONLY");
      return conversation.ask("XLEN", log);
    }
  }

  @Test
  void aGroupDelivers() {
    given()
        .contentType("application/json")
        .body("{}")
        .put("/streams/jobs/groups/g")
        .then()
        .statusCode(201);
    append("jobs", "j", 3);
    JsonPath pulled =
        given()
            .contentType("application/json")
            .body("{\"max\":10,\"wait\":\"20s\"}")
            .post("/streams/jobs/groups/g/pull")
            .then()
            .statusCode(200)
            .extract()
            .jsonPath();
    given()
        .contentType("application/json")
        .body(new JsonObject().put("ackIds", pulled.getList("messages.ackId")).encode())
        .post("/streams/jobs/groups/g/ack")
        .then()
        .statusCode(200)
        .body("results.status[0]", equalTo("done"));
  }

  @Test
  void aDelayedEventComes() {
    given()
        .contentType("application/cloudevents+json")
        .header("Penstock-Deliver-After", "200ms")
        .body(event("later", "k").encode())
        .post("/streams/delayed/events")
        .then()
        .statusCode(202);
    await()
        .untilAsserted(
            () ->
                given()
                    .get("/streams/delayed/events?cursor=earliest")
                    .then()
                    .body("events.id", equalTo(List.of("later"))));
  }

  @Test
  void membersComeAndAreTimedOut() {
    given().put("/presence/lobby/ann?ttl=1s").then().statusCode(201);
    given().put("/presence/lobby/bea?ttl=10m").then().statusCode(201);
    await()
        .untilAsserted(
            () ->
                assertThat(
                        given()
                            .get("/streams/presence/events?cursor=earliest")
                            .jsonPath()
                            .getList("events.type"))
                    .hasSize(3));
    given().get("/presence/lobby").then().body("members.member", equalTo(List.of("bea")));
  }

  @Test
  void aTicketOpensAFeedOnce() {
    String ticket =
        given()
            .contentType("application/json")
            .body("{\"path\":\"/streams/wide/feed\"}")
            .post("/tickets")
            .then()
            .statusCode(200)
            .extract()
            .path("ticket");
    try (FeedWitness feed = new FeedWitness(base, "/streams/wide/feed?ticket=" + ticket, "")) {
      feed.awaitSeen("caught-up");
    }
    try (FeedWitness feed = new FeedWitness(base, "/streams/wide/feed?ticket=" + ticket, "")) {
      assertThat(feed.status()).isEqualTo(401);
    }
  }

  @Test
  void aTenantKeepsToItsRate() {
    String slow =
        issuer.token(issuer.claims("someone").put("penstock", rights()).put("org", "slow"));
    Set<Integer> statuses = new HashSet<>();
    await()
        .until(
            () -> {
              statuses.add(
                  Requests.given()
                      .header("Authorization", "Bearer " + slow)
                      .contentType("application/cloudevents+json")
                      .body(event("r" + statuses.size(), "k").encode())
                      .post("/streams/rated/events")
                      .statusCode());
              return statuses.contains(429) && statuses.stream().anyMatch(it -> it < 300);
            });
  }

  @Test
  void aStreamIsRemoved() {
    append("gone", "g", 5);
    given().delete("/streams/gone").then().statusCode(204);
    assertThat(cluster.ask("ps:{gone/0}:events", "EXISTS", "ps:{gone/0}:events")).isEqualTo(0L);
  }

  @Test
  void allConnectionsAreOfTheUserThatIsMeantForThem() {
    append("sure", "u", 9);
    await().until(() -> cluster.masters().stream().allMatch(RedisSecurity::isOnlyUser));
  }

  private int post(String stream, int number) {
    return given()
        .contentType("application/cloudevents+json")
        .body(event("o" + number, "k").encode())
        .post("/streams/" + stream + "/events")
        .statusCode();
  }

  private int read(String stream) {
    return given().get("/streams/" + stream + "/events?cursor=earliest").statusCode();
  }

  /** Of the registries, which are in slots of their own, none is among them. */
  @Test
  void slotsThatNobodyServesAreRefusedAndNoOthers() {
    String gone = "down-a";
    List<String> others = List.of("down-b", "down-c");
    RedisServer master = cluster.masterOf("ps:{" + gone + "/0}:events");
    for (String one : others) {
      assertThat(cluster.masterOf("ps:{" + one + "/0}:events")).isNotEqualTo(master);
      append(one, "o", 1);
    }
    append(gone, "o", 1);
    List<RedisServer> shard = new ArrayList<>(cluster.replicasOf(master));
    shard.add(master);
    shard.forEach(RedisServer::kill);
    try {
      await().until(() -> post(gone, 1) == 503 && read(gone) == 503);
      for (int i = 1; i < 20; i++) {
        for (String one : others) {
          assertThat(post(one, i)).isEqualTo(201);
          assertThat(read(one)).isEqualTo(200);
        }
        given()
            .contentType("application/cloudevents+json")
            .body(event("o" + i, "k").encode())
            .post("/streams/" + gone + "/events")
            .then()
            .statusCode(503)
            .header("Retry-After", notNullValue())
            .body("detail", containsString("is out of reach"));
        assertThat(read(gone)).isEqualTo(503);
      }
      Requests.given()
          .get("/q/health/ready")
          .then()
          .statusCode(200)
          .body("checks.find { it.name == 'redis' }.data.warning", containsString("is away"));
    } finally {
      shard.reversed().forEach(RedisServer::startAgain);
      cluster.awaitSound();
    }
    await().until(() -> post(gone, 99) == 201 && read(gone) == 200);
  }

  @Test
  void readinessTellsOfTheCluster() {
    Requests.given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
  }
}
