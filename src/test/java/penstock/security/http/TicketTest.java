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
import java.util.ArrayList;
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

/** A ticket opens the feed that it is for, once, soon, with the rights of who got it. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(TicketTest.Settings.class)
class TicketTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.feed.heartbeat", "150ms",
          "penstock.auth.tickets.life", "10s",
          "penstock.auth.tickets.max-per-caller", "40",
          "penstock.views.v1.stream", "calls",
          "penstock.views.v1.fold", "merge",
          "penstock.views.v1.key", "subject");
    }
  }

  private static final String RIGHTS =
      """
      {"read":["calls",{"stream":"agents","subject":"${sub}"}],"publish":["calls","agents"],"view":["v1"]}
      """;

  @TestHTTPResource URI base;
  TestIssuer issuer;
  RedisServer redis;

  private String token(String subject) {
    return issuer.token(subject, new JsonObject(RIGHTS));
  }

  private static Response ask(String token, String body) {
    return given()
        .header("Authorization", "Bearer " + token)
        .contentType("application/json")
        .body(body)
        .post("/tickets");
  }

  private static String ticket(String token, String path) {
    return ask(token, new JsonObject().put("path", path).encode())
        .then()
        .statusCode(200)
        .extract()
        .path("ticket");
  }

  private FeedWitness open(String target) {
    return new FeedWitness(base, target, "");
  }

  private int status(String target) {
    try (FeedWitness feed = open(target)) {
      return feed.status();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/streams/calls/feed", "/views/v1/feed", "/feed"})
  void opensItsFeedOnce(String path) {
    String query = path.equals("/feed") ? "stream=calls&ticket=" : "ticket=";
    String ticket = ticket(token("ann"), path);
    try (FeedWitness feed = open(path + "?" + query + ticket)) {
      feed.awaitSeen("caught-up");
      assertThat(feed.status()).isEqualTo(200);
    }
    assertThat(status(path + "?" + query + ticket)).isEqualTo(401);
  }

  @Test
  void saysUntilWhen() {
    Instant expires =
        Instant.parse(
            ask(token("ann"), "{\"path\":\"/streams/calls/feed\"}")
                .then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .extract()
                .path("expires"));
    assertThat(Duration.between(Instant.now(), expires))
        .isBetween(Duration.ZERO, Duration.ofSeconds(10));
  }

  @Test
  void hasTheRightsOfWhoGotItAndNoMore() {
    assertThat(status("/streams/other/feed?ticket=" + ticket(token("ann"), "/streams/other/feed")))
        .isEqualTo(403);
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"%s\"}";
    for (String subject : List.of("bea", "cyd")) {
      given()
          .header("Authorization", "Bearer " + token("bea"))
          .contentType("application/cloudevents+json")
          .body(event.formatted("of-" + subject, subject))
          .post("/streams/agents/events")
          .then()
          .statusCode(201);
    }
    String target =
        "/streams/agents/feed?cursor=earliest&ticket="
            + ticket(token("bea"), "/streams/agents/feed");
    try (FeedWitness feed = open(target).awaitSeen("caught-up")) {
      assertThat(feed.seen()).contains("of-bea").doesNotContain("of-cyd");
    }
  }

  /** Of many at a time one gets it. */
  @Test
  void oneOfManyGetsIt() {
    for (int round = 0; round < 10; round++) {
      String target = "/streams/calls/feed?ticket=" + ticket(token("dan"), "/streams/calls/feed");
      var racers = new ArrayList<FeedWitness>();
      for (int i = 0; i < 8; i++) {
        racers.add(open(target));
      }
      assertThat(racers).extracting(FeedWitness::status).containsOnlyOnce(200).contains(401);
      racers.forEach(FeedWitness::close);
    }
  }

  /** For another path it is no good, and spent. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams/agents/feed?",
        "/views/v1/feed?",
        "/feed?stream=calls&",
        "/streams/calls/feed/../../agents/feed?"
      })
  void opensNoOther(String target) {
    String ticket = ticket(token("eve"), "/streams/calls/feed");
    assertThat(status(target + "ticket=" + ticket)).isEqualTo(401);
    assertThat(status("/streams/calls/feed?ticket=" + ticket)).isEqualTo(401);
  }

  /** Where no ticket is heeded nobody is known by one, and it is not spent. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams/calls/events?",
        "/streams/calls?",
        "/streams?",
        "/views/v1/entries?",
        "/q/metrics?",
        "/streams/calls/feed/?",
        "/streams/calls%2Ffeed?",
        "/streams/calls;feed/feed?"
      })
  void opensNothingElse(String target) {
    String ticket = ticket(token("fay"), "/streams/calls/feed");
    assertThat(status(target + "ticket=" + ticket)).as(target).isIn(400, 401, 404);
    assertThat(status("/streams/calls/feed?ticket=" + ticket)).isEqualTo(200);
  }

  /** However it is written, it is the same path for the router, and here. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/streams/x/../calls/feed?", "/./streams/calls/feed?", "/streams/c%61lls/feed?"})
  void opensItHoweverItIsWritten(String target) {
    String ticket = ticket(token("fay"), "/streams/calls/feed");
    assertThat(status(target + "ticket=" + ticket)).isEqualTo(200);
    assertThat(status("/streams/calls/feed?ticket=" + ticket)).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"path\":\"/streams/calls/events\"}",
        "{\"path\":\"/streams/calls/feed?x=y\"}",
        "{\"path\":\"/streams/calls/feed/\"}",
        "{\"path\":\"/streams/a%2Fb/feed\"}",
        "{\"path\":\"/streams/../streams/calls/feed\"}",
        "{\"path\":\"/streams/./feed\"}",
        "{\"path\":\"//streams/calls/feed\"}",
        "{\"path\":\"streams/calls/feed\"}",
        "{\"path\":\"http://localhost/streams/calls/feed\"}",
        "{\"path\":\"/streams/calls/feed\\n/feed\"}",
        "{\"path\":\"/streams/calls;x/feed\"}",
        "{\"path\":\"\"}",
        "{\"path\":7}",
        "{\"path\":[\"/feed\"]}",
        "{\"path\":null}",
        "{}",
        "{\"path\":\"/feed\",\"path\":\"/feed\"}",
        "[]",
        "",
        "nonsense"
      })
  void isForAFeedOnly(String body) {
    ask(token("gil"), body).then().statusCode(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "%00",
        "*",
        "..%2F..%2Fsession"
      })
  void whatWasGuessedIsNone(String guessed) {
    try (FeedWitness feed = open("/streams/calls/feed?ticket=" + guessed)) {
      assertThat(feed.status()).isEqualTo(401);
    }
  }

  /** Whoever guesses all but a character has nothing, and spends nothing. */
  @Test
  void oneThatDiffersALittleIsNone() {
    String ticket = ticket(token("gus"), "/streams/calls/feed");
    for (int i : new int[] {0, 21, ticket.length() - 1}) {
      char other = ticket.charAt(i) == 'A' ? 'B' : 'A';
      String guessed = ticket.substring(0, i) + other + ticket.substring(i + 1);
      assertThat(status("/streams/calls/feed?ticket=" + guessed)).as(guessed).isEqualTo(401);
    }
    assertThat(status("/streams/calls/feed?ticket=" + ticket)).isEqualTo(200);
  }

  @Test
  void twoAreNone() {
    String first = ticket(token("hal"), "/streams/calls/feed");
    String second = ticket(token("hal"), "/streams/calls/feed");
    assertThat(status("/streams/calls/feed?ticket=" + first + "&ticket=" + second)).isEqualTo(401);
    assertThat(status("/streams/calls/feed?ticket=" + first)).isEqualTo(200);
  }

  @Test
  void waitsForALittleWhile() {
    String ticket = ticket(token("ida"), "/streams/calls/feed");
    await().until(() -> !redisKnows(ticket));
    assertThat(status("/streams/calls/feed?ticket=" + ticket)).isEqualTo(401);
  }

  private boolean redisKnows(String ticket) {
    String digest = penstock.security.session.Secret.parse(ticket).digest();
    return "1".equals(String.valueOf(redis.ask("EXISTS", "ps:{auth}:ticket:" + digest)));
  }

  @Test
  void ofOneCallerThereAreNotTooMany() {
    String first = ticket(token("jon"), "/streams/calls/feed");
    for (int i = 0; i < 40; i++) {
      ticket(token("jon"), "/streams/calls/feed");
    }
    assertThat(redisKnows(first)).isFalse();
  }

  /** It is no good as a cookie, nor is a cookie as a ticket. */
  @Test
  void isNoSession() {
    String ticket = ticket(token("kim"), "/streams/calls/feed");
    given().cookie("penstock-session", ticket).get("/session").then().statusCode(401);
    String cookie =
        given()
            .header("Authorization", "Bearer " + token("kim"))
            .post("/session")
            .cookie("penstock-session");
    assertThat(status("/streams/calls/feed?ticket=" + cookie)).isEqualTo(401);
  }

  @Test
  void isWorthNothingWithoutItsSession() {
    String cookie =
        given()
            .header("Authorization", "Bearer " + token("lea"))
            .post("/session")
            .cookie("penstock-session");
    String ticket =
        given()
            .cookie("penstock-session", cookie)
            .header("Sec-Fetch-Site", "same-origin")
            .contentType("application/json")
            .body("{\"path\":\"/streams/calls/feed\"}")
            .post("/tickets")
            .then()
            .statusCode(200)
            .extract()
            .path("ticket");
    given()
        .cookie("penstock-session", cookie)
        .header("Sec-Fetch-Site", "same-origin")
        .delete("/session")
        .then()
        .statusCode(204);
    await().until(() -> status("/streams/calls/feed?ticket=" + ticket) == 401);
  }
}
