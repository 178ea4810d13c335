package penstock.security.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.security.FeedWitness;
import penstock.security.IssuerResource;
import penstock.security.TestIssuer;

/** A feed ends when what its reader is known by does, and the reader misses nothing for it. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(FeedEndTest.Settings.class)
class FeedEndTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.auth.revocations.most", "50",
          "mp.jwt.verify.clock.skew", "1",
          // ticks are not tied to it where it is long
          "penstock.feed.heartbeat", "10m",
          "penstock.views.v1.stream", "calls",
          "penstock.views.v1.fold", "merge",
          "penstock.views.v1.key", "subject");
    }
  }

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final String RIGHTS =
      "{\"read\":[\"calls\"],\"publish\":[\"calls\"],\"view\":[\"v1\"]}";
  private static final String FEED = "/streams/calls/feed";

  @TestHTTPResource URI base;
  TestIssuer issuer;
  RedisServer redis;

  private JsonObject claims(String subject) {
    return issuer.claims(subject).put("penstock", new JsonObject(RIGHTS));
  }

  private String admin() {
    return issuer.token("root", new JsonObject("{\"admin\":[\"*\"]}"));
  }

  private Response revoke(String token, JsonObject body) {
    return given()
        .header("Authorization", "Bearer " + token)
        .contentType("application/json")
        .body(body.encode())
        .post("/revocations");
  }

  private void append(String id) {
    given()
        .header("Authorization", "Bearer " + issuer.token(claims("writer")))
        .contentType("application/cloudevents+json")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\"}"
                .formatted(id))
        .post("/streams/calls/events")
        .then()
        .statusCode(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {FEED, "/views/v1/feed", "/feed?stream=calls&view=v1"})
  void withItsToken(String target) {
    long end = Instant.now().getEpochSecond() + 3;
    String token = issuer.token(claims("ann").put("exp", end));
    try (FeedWitness feed = FeedWitness.withToken(base, target, token).awaitSeen("caught-up")) {
      feed.awaitEnd();
      assertThat(feed.seen())
          .contains("event: unavailable\ndata: {")
          .contains("\"reason\":\"token-expired\",\"retryAfter\":");
      assertThat(Instant.now())
          .isBetween(Instant.ofEpochSecond(end), Instant.ofEpochSecond(end).plusSeconds(3));
    }
  }

  @Test
  void andIsGoneOnWithByAnother() {
    long end = Instant.now().getEpochSecond() + 3;
    String token = issuer.token(claims("bea").put("exp", end));
    String id;
    try (FeedWitness feed = FeedWitness.withToken(base, FEED, token).awaitSeen("caught-up")) {
      append("bea-1");
      feed.awaitSeen("bea-1").awaitEnd();
      id = feed.lastId();
    }
    append("bea-2");
    assertThat(FeedWitness.withToken(base, FEED, token).status()).isEqualTo(401);
    try (FeedWitness feed =
        new FeedWitness(
                base,
                FEED,
                "Authorization: Bearer "
                    + issuer.token(claims("bea"))
                    + "\r\nLast-Event-ID: "
                    + id
                    + "\r\n")
            .awaitSeen("caught-up")) {
      assertThat(feed.seen()).contains("bea-2").doesNotContain("bea-1");
    }
  }

  @Test
  void withItsSession() {
    String cookie =
        given()
            .header("Authorization", "Bearer " + issuer.token(claims("cyd")))
            .post("/session")
            .cookie("penstock-session");
    String header = "Cookie: penstock-session=" + cookie + "\r\n";
    try (var feed = new FeedWitness(base, FEED, header).awaitSeen("caught-up");
        var several =
            new FeedWitness(base, "/feed?stream=calls&view=v1", header).awaitSeen("caught-up");
        var other =
            FeedWitness.withToken(base, FEED, issuer.token(claims("cyd"))).awaitSeen("caught-up")) {
      given()
          .cookie("penstock-session", cookie)
          .header("Sec-Fetch-Site", "same-origin")
          .delete("/session")
          .then()
          .statusCode(204);
      await().atMost(SECOND).until(() -> feed.hasEnded() && several.hasEnded());
      assertThat(feed.seen()).contains("\"reason\":\"token-revoked\"");
      append("cyd");
      other.awaitSeen("\"cyd\"");
      assertThat(other.hasEnded()).isFalse();
    }
  }

  @Test
  void withItsTokenTakenBack() {
    String token = issuer.token(claims("dan").put("jti", "dan-1"));
    String other = issuer.token(claims("dan").put("jti", "dan-2"));
    try (var feed = FeedWitness.withToken(base, FEED, token).awaitSeen("caught-up");
        var kept = FeedWitness.withToken(base, FEED, other).awaitSeen("caught-up")) {
      revoke(admin(), new JsonObject().put("token", "dan-1")).then().statusCode(204);
      await().atMost(SECOND).until(feed::hasEnded);
      assertThat(feed.seen()).contains("\"reason\":\"token-revoked\"");
      given()
          .header("Authorization", "Bearer " + token)
          .get("/streams/calls/events")
          .then()
          .statusCode(401)
          .body("type", equalTo("urn:penstock:problem:invalid-token"));
      given().header("Authorization", "Bearer " + token).post("/session").then().statusCode(401);
      given()
          .header("Authorization", "Bearer " + other)
          .get("/streams/calls/events")
          .then()
          .statusCode(200);
      assertThat(kept.hasEnded()).isFalse();
    }
  }

  @Test
  void withAllTokensOfASubjectTakenBack() {
    long now = Instant.now().getEpochSecond();
    String old = issuer.token(claims("eve").put("iat", now - 100));
    JsonObject undated = claims("eve");
    undated.remove("iat");
    String never = issuer.token(undated);
    String later = issuer.token(claims("eve").put("iat", now + 30));
    String cookie =
        given()
            .header("Authorization", "Bearer " + old)
            .post("/session")
            .cookie("penstock-session");
    try (var feed = FeedWitness.withToken(base, FEED, old).awaitSeen("caught-up");
        var kept = FeedWitness.withToken(base, FEED, later).awaitSeen("caught-up")) {
      revoke(admin(), new JsonObject().put("subject", "eve")).then().statusCode(204);
      await().atMost(SECOND).until(feed::hasEnded);
      assertThat(kept.hasEnded()).isFalse();
    }
    given().cookie("penstock-session", cookie).get("/session").then().statusCode(401);
    for (String token : List.of(old, never)) {
      given().header("Authorization", "Bearer " + token).get("/session").then().statusCode(401);
    }
    given().header("Authorization", "Bearer " + later).get("/session").then().statusCode(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"token\":\"a\",\"subject\":\"b\"}",
        "{\"token\":7}",
        "{\"token\":\"\"}",
        "{\"token\":\"a\",\"until\":\"soon\"}",
        "nonsense"
      })
  void whatIsTakenBackMustBeSaid(String body) {
    given()
        .header("Authorization", "Bearer " + admin())
        .contentType("application/json")
        .body(body)
        .post("/revocations")
        .then()
        .statusCode(400);
  }

  /** A right to some names, or to a name that a claim has, is none to all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"admin\":[\"calls\"]}",
        "{\"admin\":[\"a*\",\"b*\"]}",
        "{\"admin\":[\"${team}\"]}"
      })
  void onlyWhoMayDoAllTakesTokensBack(String rights) {
    String token =
        issuer.token(issuer.claims("fay").put("team", "*").put("penstock", new JsonObject(rights)));
    revoke(token, new JsonObject().put("subject", "gil")).then().statusCode(403);
  }

  /** When they have expired anyhow it is forgotten: then there is room again. */
  @Test
  void thereAreNotTooMany() {
    await().until(() -> revoke(admin(), new JsonObject().put("token", "hal")).statusCode() == 429);
    assertThat(redis.ask("XLEN", "ps:{auth}:revoked").toString()).isEqualTo("50");
    redis.ask("DEL", "ps:{auth}:revoked");
    revoke(admin(), new JsonObject().put("token", "hal")).then().statusCode(204);
  }
}
