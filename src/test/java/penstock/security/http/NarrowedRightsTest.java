package penstock.security.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
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

/** Rights with conditions hold wherever an event, or an entry, can be seen. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(NarrowedRightsTest.Settings.class)
class NarrowedRightsTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.views.status.stream", "agents",
          "penstock.views.status.fold", "merge",
          "penstock.views.status.key", "subject",
          "penstock.views.picky.stream", "agents",
          "penstock.views.picky.fold", "sum",
          "penstock.views.picky.key", "subject",
          "penstock.views.picky.value", "/word",
          "penstock.auth.roles.agent",
              """
              {"read": [{"stream": "agents", "subject": "\\${sub}/*"}],
               "view": [{"view": "status", "key": ["\\${sub}/1", "\\${sub}/2"]}],
               "presence": [{"room": "floor", "member": "\\${sub}"}],
               "publish": [{"stream": "agents", "source": "/agents/\\${sub}", "subject": "\\${sub}/*"}]}
              """);
    }
  }

  private static final String ALL =
      "{\"read\":[\"*\"],\"publish\":[\"*\"],\"view\":[\"*\"],\"admin\":[\"*\"]}";

  @TestHTTPResource URI base;
  TestIssuer issuer;

  private RequestSpecification as(String subject) {
    return given().urlEncodingEnabled(false).header("Authorization", "Bearer " + token(subject));
  }

  private String token(String subject) {
    return subject.equals("root")
        ? issuer.token("root", new JsonObject(ALL))
        : issuer.token(issuer.claims(subject).put("groups", List.of("agent", "unheard-of")));
  }

  private static String event(String id, String owner) {
    return """
    {"specversion":"1.0","id":"%s","source":"/agents/%s","type":"t","subject":"%s/1","data":{"word":"of-%s"}}
    """
        .formatted(id, owner, owner, owner);
  }

  @BeforeEach
  void events() {
    for (String owner : List.of("ann", "bob")) {
      as("root")
          .contentType("application/cloudevents+json")
          .body(event("e-" + owner, owner))
          .post("/streams/agents/events")
          .then()
          .statusCode(org.hamcrest.Matchers.anyOf(equalTo(200), equalTo(201)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams/agents/events",
        "/streams/agents/events?subject=*",
        "/streams/agents/events?subject=bob/1&subject=ann/1",
        "/streams/agents/events?subject=a*",
        "/streams/agents/events?filter=%7B%22not%22:%7B%22exact%22:%7B%22id%22:%22x%22%7D%7D%7D",
        "/streams/agents/events?filter=%7B%22sql%22:%22TRUE%22%7D",
        "/streams/agents/events?filter=%7B%22sql%22:%22TRUE%20OR%20subject=%27bob/1%27%22%7D",
        "/streams/agents/events?filter=%7B%22sql%22:%22TRUE%22%7D&filter=%7B%22sql%22:%22TRUE%22%7D",
        "/streams/agents/events?filter=%7B%22any%22:[%7B%22prefix%22:%7B%22subject%22:%22b%22%7D%7D,%7B%22prefix%22:%7B%22subject%22:%22a%22%7D%7D]%7D",
        "/streams/agents/events?subject=*&subject=bob/*",
        "/streams/agents/events?type=t&subject=bob/1&subject=ann/*",
      })
  void aPageHasWhatOneMaySee(String path) {
    as("ann")
        .get(path)
        .then()
        .statusCode(200)
        .body(containsString("of-ann"))
        .body(not(containsString("bob")));
  }

  /** A filter that says what one may not see is no way around, in a page or in a feed. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "%7B%22exact%22:%7B%22subject%22:%22bob/1%22%7D%7D",
        "%7B%22prefix%22:%7B%22subject%22:%22bob%22%7D%7D",
        "%7B%22suffix%22:%7B%22subject%22:%22/1%22%7D%7D",
        "%7B%22not%22:%7B%22exact%22:%7B%22subject%22:%22ann/1%22%7D%7D%7D",
        "%7B%22not%22:%7B%22not%22:%7B%22prefix%22:%7B%22subject%22:%22bob%22%7D%7D%7D%7D",
        "%7B%22any%22:[%7B%22exact%22:%7B%22subject%22:%22bob/1%22%7D%7D]%7D",
        "%7B%22all%22:[%7B%22exact%22:%7B%22id%22:%22e-bob%22%7D%7D]%7D",
        "%7B%22sql%22:%22subject=%27bob/1%27%22%7D",
        "%7B%22sql%22:%22NOT%20(subject%20LIKE%20%27ann%25%27)%22%7D",
        "%7B%22sql%22:%22source=%27/agents/bob%27%20OR%20TRUE%22%7D"
      })
  void noFilterWidensARight(String filter) {
    as("root")
        .get("/streams/agents/events?filter=" + filter)
        .then()
        .statusCode(200)
        .body(containsString("of-bob"));
    as("ann")
        .get("/streams/agents/events?filter=" + filter)
        .then()
        .statusCode(200)
        .body(not(containsString("bob")));
    assertThat(feed("/streams/agents/feed?cursor=earliest&filter=" + filter, "ann", "caught-up"))
        .contains("200 OK")
        .doesNotContain("bob");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams/agents/events?subject=bob/1",
        "/streams/agents/events?subject=bob/*",
        "/streams/agents/events?subject=annabel/*",
        "/streams/agents/feed?subject=bob/*",
        "/feed?stream=agents&subject=bob/1",
        "/streams/agents",
        "/streams/other/events",
        "/views/status/entries/bob/1",
        "/views/status/entries/ann",
        "/views/status/entries/ann/3",
        "/views/status/feed?key=bob/1",
        "/feed?view=status&key=bob/1",
        "/views/status",
        "/views/picky/entries",
        "/presence/floor",
        "/streams/agents/groups",
        "/streams/agents/feed?room=floor&member=bob",
        "/streams/agents/feed?room=other&member=ann",
      })
  void whatIsNotOnesOwnIsRefused(String path) {
    as("ann")
        .get(path)
        .then()
        .statusCode(403)
        .body("type", equalTo("urn:penstock:problem:forbidden"))
        .body("missing", not(equalTo(null)))
        .body(not(containsString("of-bob")));
  }

  private String feed(String path, String subject, String until) {
    try (FeedWitness feed = FeedWitness.withToken(base, path, token(subject))) {
      return feed.awaitSeen(until).seen();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams/agents/feed?cursor=earliest",
        "/streams/agents/feed?cursor=earliest&subject=*",
        "/feed?stream=agents&cursor=earliest",
        "/streams/agents/feed?cursor=earliest&filter=%7B%22sql%22:%22TRUE%22%7D"
      })
  void aFeedHasWhatOneMaySee(String path) {
    assertThat(feed(path, "ann", "caught-up"))
        .contains("200 OK")
        .contains("of-ann")
        .doesNotContain("bob");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/views/status/feed",
        "/views/status/feed?key=ann/1&key=bob/1",
        "/feed?view=status"
      })
  void aViewsFeedHasTheEntriesThatOneMaySee(String path) {
    applied();
    assertThat(feed(path, "ann", "caught-up"))
        .contains("200 OK")
        .contains("of-ann")
        .doesNotContain("bob");
  }

  private void applied() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                as("root")
                    .get("/views/status/entries")
                    .then()
                    .statusCode(200)
                    .body("entries.key", hasItem("bob/1"))
                    .body("entries.key", hasItem("ann/1")));
  }

  @Test
  void entriesAreThoseThatOneMaySee() {
    applied();
    as("ann")
        .get("/views/status/entries")
        .then()
        .statusCode(200)
        .body("entries.key", equalTo(List.of("ann/1")))
        .body("complete", equalTo(true));
    as("ann").get("/views/status/entries?limit=1").then().body("complete", equalTo(false));
    as("ann")
        .get("/views/status/entries?after=ann/1")
        .then()
        .body("entries.key", equalTo(List.of()));
    as("ann").get("/views/status/entries/ann/1").then().statusCode(200);
    as("ann").get("/views/status/entries/ann/2").then().statusCode(404);
  }

  @Test
  void deadLettersAreThoseThatOneMaySee() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                as("root")
                    .get("/streams/agents/dead-letters?view=picky")
                    .then()
                    .body(containsString("of-bob"))
                    .body(containsString("of-ann")));
    as("ann")
        .get("/streams/agents/dead-letters")
        .then()
        .statusCode(200)
        .body(containsString("of-ann"))
        .body(not(containsString("bob")));
    as("ann").post("/streams/agents/dead-letters/replay?view=picky").then().statusCode(403);
  }

  @Test
  void whatWaitsIsSeenByItsOwnerOnly() {
    String id =
        as("root")
            .contentType("application/cloudevents+json")
            .header("Penstock-Deliver-After", "1h")
            .body(event("later-bob", "bob"))
            .post("/streams/agents/events")
            .then()
            .statusCode(202)
            .extract()
            .path("events[0].scheduled.id");
    as("bob").get("/streams/agents/scheduled").then().body(containsString("of-bob"));
    as("ann").get("/streams/agents/scheduled").then().body(not(containsString("bob")));
    as("bob").get("/streams/agents/scheduled/" + id).then().statusCode(200);
    String unknown =
        as("ann")
            .get("/streams/agents/scheduled/0.1795172913901123")
            .then()
            .statusCode(404)
            .extract()
            .path("type");
    as("ann")
        .get("/streams/agents/scheduled/" + id)
        .then()
        .statusCode(404)
        .body("type", equalTo(unknown));
    as("ann").delete("/streams/agents/scheduled/" + id).then().statusCode(404);
    as("ann").put("/streams/agents/scheduled/" + id + "?deliver-after=2h").then().statusCode(404);
    as("bob").put("/streams/agents/scheduled/" + id + "?deliver-after=2h").then().statusCode(200);
    as("bob").delete("/streams/agents/scheduled/" + id).then().statusCode(204);
  }

  @Test
  void listsHaveWhatOneMaySee() {
    as("root")
        .contentType("application/cloudevents+json")
        .body(event("s", "ann"))
        .post("/streams/secret/events");
    as("ann").get("/streams").then().body("streams.name", equalTo(List.of("agents")));
    as("ann").get("/views").then().body("views.name", equalTo(List.of("status")));
    as("root").get("/streams").then().body("streams.name", hasItem("secret"));
  }

  @Test
  void eventsCarryWhoSentThemAndOnlyOnesOwnAreTaken() {
    String own = event("own", "ann");
    as("ann")
        .contentType("application/cloudevents+json")
        .body(own)
        .post("/streams/agents/events")
        .then()
        .statusCode(201);
    as("ann")
        .get("/streams/agents/events")
        .then()
        .body("events.find { it.id == 'own' }.authid", equalTo("ann"))
        .body("events.find { it.id == 'own' }.authtype", equalTo("unknown"));
    for (String foreign :
        List.of(
            event("x1", "bob"),
            event("x2", "ann").replace("ann/1", "bob/1"),
            event("x3", "ann").replace("/agents/ann", "/agents/bob"),
            event("x4", "ann").replace("\"subject\":\"ann/1\",", ""))) {
      as("ann")
          .contentType("application/cloudevents+json")
          .body(foreign)
          .post("/streams/agents/events")
          .then()
          .statusCode(403)
          .body("errors[0].event", equalTo(0));
    }
    as("ann")
        .contentType("application/cloudevents-batch+json")
        .body("[" + event("b1", "ann") + "," + event("b2", "bob") + "]")
        .post("/streams/agents/events")
        .then()
        .statusCode(403)
        .body("errors[0].event", equalTo(1));
    as("ann").get("/streams/agents/events").then().body(not(containsString("\"b1\"")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"authid", "authtype", "authclaims"})
  void nobodyForgesWhoSentAnEvent(String attribute) {
    as("ann")
        .contentType("application/cloudevents+json")
        .body(event("forged", "ann").replace("\"type\"", "\"" + attribute + "\":\"root\",\"type\""))
        .post("/streams/agents/events")
        .then()
        .statusCode(400)
        .body("errors[0].attribute", equalTo(attribute));
    as("ann")
        .contentType("application/json")
        .header("ce-specversion", "1.0")
        .header("ce-id", "forged")
        .header("ce-source", "/agents/ann")
        .header("ce-type", "t")
        .header("ce-subject", "ann/1")
        .header("Ce-" + attribute.toUpperCase(java.util.Locale.ROOT), "root")
        .body("{}")
        .post("/streams/agents/events")
        .then()
        .statusCode(400);
    as("ann").get("/streams/agents/events").then().body(not(containsString("forged")));
  }

  /** However the header is written, and beside an event that is in the body. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ce-authid",
        "CE-AUTHID",
        "Ce-AuthId",
        "ce-authid, ce-authid",
        "ce-auth-id",
        "ce_authid",
        "ce--authid",
        "ce-%61uthid",
        "authid",
        "cloudEvents:authid"
      })
  void noHeaderMakesOneSomebodyElse(String header) {
    String id = "h-" + header.hashCode();
    var binary =
        as("ann")
            .contentType("application/json")
            .header("ce-specversion", "1.0")
            .header("ce-id", id)
            .header("ce-source", "/agents/ann")
            .header("ce-type", "t")
            .header("ce-subject", "ann/1")
            .body("{}");
    var structured =
        as("ann").contentType("application/cloudevents+json").body(event(id + "s", "ann"));
    var batch =
        as("ann")
            .contentType("application/cloudevents-batch+json")
            .body("[" + event(id + "b", "ann") + "]");
    for (var request : List.of(binary, structured, batch)) {
      for (String name : header.split(", ")) {
        request.header(name, "mallory");
      }
      assertThat(request.post("/streams/agents/events").statusCode()).isIn(201, 400);
    }
    as("root")
        .get("/streams/agents/events?subject=ann/1")
        .then()
        .body(not(containsString("mallory")))
        .body(
            "events.findAll { it.id.startsWith('h-') && it.authid != 'ann' }", equalTo(List.of()));
  }

  @Test
  void oneSpeaksForOneself() {
    as("ann").put("/presence/floor/ann").then().statusCode(201);
    as("ann").put("/presence/floor/bob").then().statusCode(403);
    as("ann").put("/presence/floor/%61nn").then().statusCode(200);
    as("ann").delete("/presence/floor/ann").then().statusCode(204);
  }

  /** Names and claims that try to be patterns. */
  @ParameterizedTest
  @ValueSource(strings = {"*", "a*", "ann/1", "b", "bo", "${sub}", "../bob", "bob/1"})
  void aClaimIsNoPattern(String subject) {
    as(subject)
        .get("/streams/agents/events")
        .then()
        .body(not(containsString("of-bob")))
        .body(not(containsString("of-ann")));
  }
}
