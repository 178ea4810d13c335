package penstock.security.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;
import penstock.security.FeedWitness;
import penstock.security.IssuerResource;
import penstock.security.TestIssuer;

/**
 * Tenants that call everything the same, each with all rights: none sees, changes or leaves what is
 * its own, whatever it says.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(TenantsTest.Settings.class)
class TenantsTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.auth.tenant-claim", "org/id"),
          Map.entry("penstock.streams.orders.partitions", "2"),
          Map.entry("penstock.streams.shared.partitions", "1"),
          Map.entry("penstock.views.acme~status.stream", "acme~orders"),
          Map.entry("penstock.views.acme~status.fold", "merge"),
          Map.entry("penstock.views.acme~status.key", "subject"),
          Map.entry("penstock.views.globex~status.stream", "globex~orders"),
          Map.entry("penstock.views.globex~status.fold", "merge"),
          Map.entry("penstock.views.globex~status.key", "subject"),
          Map.entry("penstock.views.globex~picky.stream", "globex~orders"),
          Map.entry("penstock.views.globex~picky.fold", "sum"),
          Map.entry("penstock.views.globex~picky.key", "subject"),
          Map.entry("penstock.views.globex~picky.value", "/word"),
          Map.entry("penstock.views.overseer.stream", "globex~orders"),
          Map.entry("penstock.views.overseer.fold", "sum"),
          Map.entry("penstock.views.overseer.key", "subject"),
          Map.entry("penstock.views.overseer.value", "/word"),
          Map.entry("penstock.sinks.globex~log.stream", "globex~orders"),
          Map.entry("penstock.sinks.globex~log.kind", "webhook"),
          Map.entry("penstock.sinks.globex~log.url", "http://127.0.0.1:9/"),
          Map.entry("penstock.sinks.globex~log.allow-private", "true"));
    }
  }

  private static final List<String> RIGHTS =
      List.of("publish", "read", "view", "group", "presence", "sink", "admin");

  private static final String CLOUD_EVENT = "application/cloudevents+json";

  @TestHTTPResource URI base;
  TestIssuer issuer;

  private JsonObject claims(String who) {
    var rights = new JsonObject();
    RIGHTS.forEach(right -> rights.put(right, new JsonArray().add("*")));
    return issuer.claims(who).put("penstock", rights);
  }

  /** Of someone who may do everything, of a tenant of the same name; of the operator's is none. */
  private String token(String who) {
    return issuer.token(
        who.equals("root") ? claims(who) : claims(who).put("org", new JsonObject().put("id", who)));
  }

  private RequestSpecification as(String who) {
    return given().urlEncodingEnabled(false).header("Authorization", "Bearer " + token(who));
  }

  private Response post(String who, String id) {
    return as(who)
        .contentType(CLOUD_EVENT)
        .body(
            """
            {"specversion":"1.0","id":"%s","source":"/s","type":"t","subject":"k","data":{"word":"of-%s"}}
            """
                .formatted(id, who))
        .post("/streams/orders/events");
  }

  @BeforeEach
  void bothHaveEvents() {
    assertThat(post("acme", "e1").statusCode()).isIn(200, 201);
    assertThat(post("globex", "e1").statusCode()).isIn(200, 201);
  }

  private String feed(String path, String who, String lastId, String until) {
    String headers =
        "Authorization: Bearer %s\r\n%s"
            .formatted(token(who), lastId.isEmpty() ? "" : "Last-Event-ID: " + lastId + "\r\n");
    try (var feed = new FeedWitness(base, path, headers)) {
      return feed.awaitSeen(until).seen();
    }
  }

  @Test
  void eachHasItsOwn() {
    for (String who : List.of("acme", "globex")) {
      String other = who.equals("acme") ? "globex" : "acme";
      as(who)
          .get("/streams/orders/events")
          .then()
          .statusCode(200)
          .body(containsString("of-" + who))
          .body(not(containsString(other)))
          .body(not(containsString("~")));
      for (String path :
          List.of("/streams/orders/feed?cursor=earliest", "/feed?stream=orders&cursor=earliest")) {
        assertThat(feed(path, who, "", "caught-up"))
            .contains("200 OK", "of-" + who)
            .doesNotContain(other)
            .doesNotContain("~");
      }
      as(who)
          .get("/streams")
          .then()
          .body("streams.name", hasItems("orders"))
          .body("streams.find { it.name == 'orders' }.partitions", equalTo(2))
          .body(not(containsString("~")))
          .body(not(containsString("shared")));
    }
    as("acme").get("/views").then().body("views.name", equalTo(List.of("status")));
    as("acme").get("/views").then().body("views.stream", equalTo(List.of("orders")));
    as("globex").get("/views").then().body("views.name", equalTo(List.of("picky", "status")));
    as("root")
        .get("/streams")
        .then()
        .body("streams.name", hasItems("acme~orders", "globex~orders", "orders"));
    as("root")
        .get("/streams/acme~orders/events")
        .then()
        .statusCode(200)
        .body(containsString("of-acme"))
        .body(not(containsString("globex")));
    as("root").get("/streams/orders/events").then().body("events", equalTo(List.of()));
    as("root").get("/views").then().body("views.name", hasItems("acme~status", "overseer"));
  }

  @Test
  void plainJsonComesFromTheStreamAsItIsCalled() {
    as("acme")
        .body("{}")
        .contentType("application/json")
        .header("Idempotency-Key", "plain")
        .post("/streams/orders/events?type=t")
        .then()
        .body("events[0].source", equalTo("/streams/orders"));
  }

  @Test
  void viewsAreFoundByTheirShortNames() {
    for (String who : List.of("acme", "globex")) {
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  as(who)
                      .get("/views/status/entries/k")
                      .then()
                      .statusCode(200)
                      .body(containsString("of-" + who)));
      assertThat(feed("/views/status/feed", who, "", "caught-up"))
          .contains("of-" + who)
          .doesNotContain("~");
      assertThat(feed("/feed?view=status", who, "", "caught-up"))
          .contains("\"view\":\"status\"", "of-" + who)
          .doesNotContain("~");
      as(who)
          .get("/views/status")
          .then()
          .body("name", equalTo("status"))
          .body("stream", equalTo("orders"))
          .body(not(containsString("~")));
    }
    as("acme").get("/views/picky").then().statusCode(404).body(not(containsString("~")));
    as("globex").get("/views/overseer").then().statusCode(404);
  }

  @Test
  void whoWorksThroughATenantsStreamIsShownIfItIsTheTenants() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                as("root")
                    .get("/streams/globex~orders")
                    .then()
                    .body(containsString("view.globex~status."))
                    .body(containsString("view.overseer."))
                    .body(containsString("sink.globex~log")));
    as("globex")
        .get("/streams/orders")
        .then()
        .statusCode(200)
        .body("name", equalTo("orders"))
        .body(containsString("\"view.status."))
        .body(containsString("\"sink.log"))
        .body(not(containsString("overseer")))
        .body(not(containsString("~")));
    as("globex")
        .get("/sinks")
        .then()
        .body("sinks.name", equalTo(List.of("log")))
        .body("sinks.stream", equalTo(List.of("orders")))
        .body(not(containsString("~")));
    as("globex").get("/sinks/log").then().statusCode(200).body("name", equalTo("log"));
    as("acme").get("/sinks").then().body("sinks", equalTo(List.of()));
    as("acme").post("/sinks/log/pause").then().statusCode(404).body(not(containsString("~")));
  }

  @Test
  void deadLettersAreThoseOfTheTenantsOwnViews() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                as("root")
                    .get("/streams/globex~orders/dead-letters")
                    .then()
                    .body("deadLetters.view", hasItems("globex~picky", "overseer")));
    String foreign =
        as("root")
            .get("/streams/globex~orders/dead-letters?view=overseer")
            .path("deadLetters[0].id");
    String own =
        as("globex")
            .get("/streams/orders/dead-letters?view=picky")
            .then()
            .body("deadLetters.view[0]", equalTo("picky"))
            .extract()
            .path("deadLetters[0].id");
    as("globex")
        .get("/streams/orders/dead-letters")
        .then()
        .body(not(containsString("overseer")))
        .body(not(containsString("~")));
    as("globex").delete("/streams/orders/dead-letters/" + foreign).then().statusCode(404);
    as("globex").post("/streams/orders/dead-letters/" + foreign + "/replay").then().statusCode(404);
    as("acme").delete("/streams/orders/dead-letters/" + own).then().statusCode(404);
    as("globex").post("/streams/orders/dead-letters/replay?view=overseer").then().statusCode(404);
    as("globex").post("/streams/orders/dead-letters/" + own + "/replay").then().statusCode(202);
  }

  @Test
  void aCursorOfAnotherIsNoneOfOnes() {
    String cursor = as("globex").get("/streams/orders/events").path("cursor");
    as("acme")
        .get("/streams/orders/events?cursor=" + cursor)
        .then()
        .statusCode(410)
        .body("reason", equalTo("foreign"));
    assertThat(feed("/streams/orders/feed", "acme", cursor, "caught-up"))
        .contains("event: reset", "foreign", "of-acme")
        .doesNotContain("globex");
    String combined = feed("/feed?stream=orders&cursor=earliest", "globex", "", "caught-up");
    String id = combined.replaceAll("(?s).*\nid: ?([^\n]+)\n.*", "$1");
    assertThat(feed("/feed?stream=orders&cursor=earliest", "acme", id, "caught-up"))
        .contains("of-acme")
        .doesNotContain("globex");
  }

  @Test
  void aDeliveryOfAnotherIsStale() {
    for (String who : List.of("acme", "globex")) {
      as(who)
          .contentType("application/json")
          .body("{\"start\":\"earliest\"}")
          .put("/streams/orders/groups/g")
          .then()
          .body("name", equalTo("g"))
          .body("stream", equalTo("orders"));
    }
    String ackId =
        as("globex")
            .contentType("application/json")
            .body("{\"max\":1}")
            .post("/streams/orders/groups/g/pull")
            .then()
            .statusCode(200)
            .extract()
            .path("messages[0].ackId");
    String body = "{\"ackIds\":[\"" + ackId + "\"]}";
    for (String what : List.of("ack", "nack", "extend")) {
      as("acme")
          .contentType("application/json")
          .body(body)
          .post("/streams/orders/groups/g/" + what)
          .then()
          .body("results[0].status", equalTo("stale"));
    }
    as("globex")
        .contentType("application/json")
        .body(body)
        .post("/streams/orders/groups/g/ack")
        .then()
        .body("results[0].status", equalTo("done"));
    as("globex").delete("/streams/orders/groups/g").then().statusCode(204);
    as("acme").get("/streams/orders/groups").then().body("groups.name", equalTo(List.of("g")));
    as("acme").delete("/streams/orders/groups/g").then().statusCode(204);
  }

  @Test
  void whatWaitsIsTheTenantsOwn() {
    String id =
        as("globex")
            .contentType(CLOUD_EVENT)
            .header("Penstock-Deliver-After", "1h")
            .body("{\"specversion\":\"1.0\",\"id\":\"later\",\"source\":\"/s\",\"type\":\"t\"}")
            .post("/streams/orders/events")
            .then()
            .statusCode(202)
            .extract()
            .path("events[0].scheduled.id");
    as("acme").get("/streams/orders/scheduled").then().body(not(containsString("later")));
    as("acme").get("/streams/orders/scheduled/" + id).then().statusCode(404);
    as("acme").delete("/streams/orders/scheduled/" + id).then().statusCode(404);
    as("globex").delete("/streams/orders/scheduled/" + id).then().statusCode(204);
  }

  @Test
  void roomsAreTheTenantsOwnAndSoIsTheirStream() {
    as("globex").put("/presence/lobby/gil?ttl=1m").then().statusCode(201);
    as("acme").put("/presence/lobby/ann?ttl=1m").then().statusCode(201);
    as("acme")
        .get("/presence/lobby")
        .then()
        .body("room", equalTo("lobby"))
        .body("members.member", equalTo(List.of("ann")))
        .body(not(containsString("~")));
    assertThat(feed("/streams/presence/feed?cursor=earliest", "acme", "", "caught-up"))
        .contains("\"lobby/ann\"")
        .doesNotContain("gil")
        .doesNotContain("~");
    as("acme").delete("/presence/lobby/gil").then().statusCode(404);
    as("acme").get("/presence/globex~lobby").then().body("members", equalTo(List.of()));
    assertThat(
            feed(
                "/streams/orders/feed?cursor=earliest&room=lobby&member=con", "acme", "", "caught"))
        .contains("200 OK");
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(feed("/streams/presence/feed?cursor=earliest", "acme", "", "caught-up"))
                    .contains("lobby/con"));
    as("globex").get("/presence/lobby").then().body("members.member", equalTo(List.of("gil")));
    as("root").get("/presence/lobby").then().body("members", equalTo(List.of()));
    as("acme").delete("/presence/lobby/ann").then().statusCode(204);
    as("globex").delete("/presence/lobby/gil").then().statusCode(204);
  }

  /** Whatever is put into a path or a query, it is a name within the tenant, or none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams/globex~orders/events",
        "/streams/globex%7Eorders/events",
        "/streams/globex%7eorders/events",
        "/streams/globex.orders/events",
        "/streams/GLOBEX~orders/events",
        "/streams/acme~orders/events",
        "/streams/~orders/events",
        "/streams/~globex~orders/events",
        "/streams/..%2Fglobex~orders/events",
        "/streams/x%2F..%2Fglobex~orders/events",
        "/streams/../streams/globex~orders/events",
        "/streams/./globex~orders/events",
        "/streams/%2E%2E~orders/events",
        "/streams/globex~orders%00/events",
        "/streams/globex~orders;x/events",
        "/streams/globex%EF%BD%9Eorders/events",
        "/streams/globex~orders/feed",
        "/streams/globex~orders",
        "/streams/globex~orders/groups",
        "/streams/globex~orders/scheduled",
        "/streams/globex~orders/dead-letters",
        "/streams/orders/dead-letters?view=globex~picky",
        "/streams/orders/dead-letters?sink=globex~log",
        "/streams/shared/events?cursor=..",
        "/feed?stream=globex~orders",
        "/feed?stream=orders&stream=globex~orders",
        "/feed?stream=orders&stream=globex%7Eorders",
        "/feed?view=globex~status",
        "/feed?view=overseer",
        "/views/globex~status/entries",
        "/views/globex%7Estatus/entries",
        "/views/globex~status/entries/k",
        "/views/globex~status/feed",
        "/views/overseer/entries",
        "/views/globex~status",
        "/sinks/globex~log",
        "/q/metrics"
      })
  void whateverOneSaysOneStaysWithin(String path) {
    as("acme")
        .get(path)
        .then()
        .statusCode(org.hamcrest.Matchers.oneOf(400, 403, 404))
        .body(not(containsString("of-globex")))
        .body(not(containsString("acme~")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\"",
        "\"Äcme\"",
        "\"acme~\"",
        "\"acme~orders\"",
        "\"a/b\"",
        "\"..\"",
        "\"*\"",
        "\"acme \"",
        "\"\\u0000acme\"",
        "[\"acme\"]",
        "{\"a\":1}",
        "true",
        "1.5",
        "1e3",
        "-1"
      })
  void aTokenWithSomethingElseForATenantIsRefused(String value) {
    String claims = "{\"org\":{\"id\":" + value + "}," + claims("acme").encode().substring(1);
    String token =
        TestIssuer.sign(
            "{\"alg\":\"RS256\",\"kid\":\"k1\"}", claims, issuer.key("k1").getPrivate());
    given()
        .header("Authorization", "Bearer " + token)
        .get("/streams/orders/events")
        .then()
        .statusCode(401)
        .body("type", equalTo("urn:penstock:problem:invalid-token"));
  }

  /** As identity providers have ids. */
  @Test
  void capitalsAreAnother() {
    assertThat(post("org_AbC", "e1").statusCode()).isIn(200, 201);
    as("org_AbC")
        .get("/streams/orders/events")
        .then()
        .statusCode(200)
        .body(containsString("of-org_AbC"))
        .body(not(containsString("~")));
    for (String who : List.of("org_abc", "ORG_ABC", "ACME", "Acme")) {
      as(who).get("/streams/orders/events").then().body("events", equalTo(List.of()));
    }
    assertThat(feed("/streams/orders/feed?cursor=earliest", "org_AbC", "", "caught-up"))
        .contains("of-org_AbC")
        .doesNotContain("~");
    as("root")
        .get("/streams/org_AbC~orders/events")
        .then()
        .body(containsString("of-org_AbC"))
        .body(not(containsString("globex")));
  }

  @Test
  void onlyAnOperatorMayHaveNone() {
    for (JsonObject claims :
        List.of(
            issuer.claims("x").put("penstock", new JsonObject("{\"read\":[\"*\"]}")),
            issuer.claims("x").put("penstock", new JsonObject("{\"admin\":[\"orders\"]}")),
            issuer.claims("x").put("penstock", new JsonObject("{\"admin\":[\"a*\"]}")),
            claims("x").put("penstock", new JsonObject()).put("org", "acme"))) {
      given()
          .header("Authorization", "Bearer " + issuer.token(claims))
          .get("/streams/orders/events")
          .then()
          .statusCode(401);
    }
  }
}
