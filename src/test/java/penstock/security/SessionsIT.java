package penstock.security;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.PackagedService;
import penstock.redis.RedisServer;

/** Sessions, tickets and revocations on two instances of one Redis. */
class SessionsIT {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final String FEED = "/streams/calls/feed";
  private static final String COOKIE = "penstock-session";

  @TempDir Path directory;

  private final List<PackagedService> instances = new ArrayList<>();

  /** All that was given out: none of it may be told. */
  private final List<String> secrets = new ArrayList<>();

  private TestIssuer issuer;
  private RedisServer redis;

  @BeforeEach
  void start() throws IOException {
    issuer = new TestIssuer();
    redis = RedisServer.start();
    for (String name : List.of("one", "two")) {
      instances.add(
          PackagedService.start(Files.createDirectory(directory.resolve(name)), settings()));
    }
    instances.forEach(PackagedService::awaitReady);
  }

  private Map<String, String> settings() {
    var settings = new HashMap<String, String>();
    settings.put("quarkus.redis.hosts", redis.uri());
    settings.put("quarkus.http.host", "127.0.0.1");
    settings.put("penstock.streams.calls.partitions", "1");
    settings.put("quarkus.http.access-log.enabled", "true");
    settings.put("quarkus.log.category.\"penstock\".level", "DEBUG");
    settings.put("penstock.auth.mode", "jwt");
    settings.put("mp.jwt.verify.publickey.location", issuer.jwksUrl());
    settings.put("mp.jwt.verify.issuer", issuer.url());
    settings.put("mp.jwt.verify.audiences", TestIssuer.AUDIENCE);
    settings.put("penstock.feed.retry", "40s");
    return settings;
  }

  @AfterEach
  void stop() {
    List<String> logged = instances.stream().flatMap(one -> one.log().stream()).toList();
    instances.forEach(PackagedService::close);
    redis.close();
    issuer.close();
    assertThat(secrets).isNotEmpty();
    assertThat(logged)
        .anyMatch(line -> line.contains(FEED))
        .noneMatch(line -> secrets.stream().anyMatch(line::contains));
  }

  private String secret(String given) {
    secrets.add(given);
    return given;
  }

  private String one() {
    return instances.get(0).uri();
  }

  private String two() {
    return instances.get(1).uri();
  }

  private String token(String subject, String id) {
    return secret(
        issuer.token(
            issuer
                .claims(subject)
                .put("jti", id)
                .put("iat", Instant.now().getEpochSecond() - 5)
                .put("penstock", new JsonObject("{\"read\":[\"calls\"]}"))));
  }

  private String cookie(String at, String token) {
    return secret(
        given()
            .header("Authorization", "Bearer " + token)
            .post(at + "/session")
            .then()
            .statusCode(200)
            .extract()
            .cookie(COOKIE));
  }

  private String ticket(String at, String token) {
    String ticket =
        given()
            .header("Authorization", "Bearer " + token)
            .contentType("application/json")
            .body("{\"path\":\"" + FEED + "\"}")
            .post(at + "/tickets")
            .then()
            .statusCode(200)
            .extract()
            .path("ticket");
    return secret(ticket);
  }

  private static FeedWitness open(String at, String query, String header) {
    return new FeedWitness(URI.create(at), FEED + query, header);
  }

  /** Whichever of the two is asked, and though both are at once. */
  @Test
  void oneOfTwoInstancesTakesATicket() {
    for (int round = 0; round < 20; round++) {
      String query = "?ticket=" + ticket(round % 2 == 0 ? one() : two(), token("ann", "a"));
      try (FeedWitness here = open(one(), query, "");
          FeedWitness there = open(two(), query, "")) {
        assertThat(List.of(here.status(), there.status()))
            .as("round %d", round)
            .containsExactlyInAnyOrder(200, 401);
      }
    }
  }

  @Test
  void whatEndsOnOneInstanceEndsOnBoth() {
    String token = token("bea", "b");
    String cookie = cookie(one(), token);
    String header = "Cookie: " + COOKIE + "=" + cookie + "\r\n";
    given().cookie(COOKIE, cookie).get(two() + "/session").then().statusCode(200);
    try (FeedWitness here = open(one(), "", header).awaitSeen("caught-up");
        FeedWitness there = open(two(), "", header).awaitSeen("caught-up");
        FeedWitness byTicket =
            open(two(), "?ticket=" + ticket(one(), token), "").awaitSeen("caught-up")) {
      given()
          .cookie(COOKIE, cookie)
          .header("Sec-Fetch-Site", "same-origin")
          .delete(two() + "/session")
          .then()
          .statusCode(204);
      await().atMost(SECOND).until(() -> here.hasEnded() && there.hasEnded());
      assertThat(byTicket.hasEnded()).isFalse();
      given().cookie(COOKIE, cookie).get(one() + "/session").then().statusCode(401);

      given()
          .header(
              "Authorization",
              "Bearer " + issuer.token("root", new JsonObject("{\"admin\":[\"*\"]}")))
          .contentType("application/json")
          .body("{\"subject\":\"bea\"}")
          .post(one() + "/revocations")
          .then()
          .statusCode(204);
      await().atMost(SECOND).until(byTicket::hasEnded);
      assertThat(byTicket.seen()).contains("\"reason\":\"token-revoked\"");
      for (String at : List.of(one(), two())) {
        given()
            .header("Authorization", "Bearer " + token)
            .get(at + "/session")
            .then()
            .statusCode(401);
      }
    }
  }

  /** It says so in the stream: an EventSource ends for good with a status. */
  private static void assertUnavailable(FeedWitness feed) {
    feed.awaitSeen("event: unavailable");
    assertThat(feed.status()).isEqualTo(200);
    assertThat(feed.seen())
        .contains("text/event-stream", "\"reason\":\"redis-unavailable\"")
        // as the configuration says, within half of it either way
        .containsPattern("retry: [2-5]\\d{4}\n")
        .doesNotContain("id:");
  }

  /** What was taken back is so for an instance that starts later, and when Redis was away. */
  @Test
  void redisAwayOpensNothing() {
    String token = token("cyd", "c1");
    String good = token("dan", "d1");
    String cookie = cookie(one(), good);
    String spare = ticket(one(), good);
    given()
        .header(
            "Authorization",
            "Bearer " + issuer.token("root", new JsonObject("{\"admin\":[\"*\"]}")))
        .contentType("application/json")
        .body("{\"token\":\"c1\"}")
        .post(one() + "/revocations")
        .then()
        .statusCode(204);
    instances.get(1).stop();
    redis.stop();
    await().until(() -> given().cookie(COOKIE, cookie).get(one() + "/session").statusCode() == 503);
    try (FeedWitness feed = open(one(), "?ticket=" + spare, "")) {
      assertUnavailable(feed);
    }
    try (FeedWitness feed = open(one(), "", "Cookie: " + COOKIE + "=" + cookie + "\r\n")) {
      assertUnavailable(feed);
    }
    // who can read a status gets one
    try (FeedWitness feed = open(one(), "", "Authorization: Bearer " + token + "\r\n")) {
      assertThat(feed.status()).isEqualTo(401);
    }
    given()
        .header("Authorization", "Bearer " + token)
        .get(one() + "/session")
        .then()
        .statusCode(401);
    given()
        .header("Authorization", "Bearer " + good)
        .get(one() + "/session")
        .then()
        .statusCode(200);
    // an instance that does not know yet what was taken back knows nobody
    instances.get(1).startAgain();
    given()
        .header("Authorization", "Bearer " + good)
        .get(two() + "/session")
        .then()
        .statusCode(503);

    redis.startAgain();
    instances.forEach(PackagedService::awaitReady);
    given().cookie(COOKIE, cookie).get(one() + "/session").then().statusCode(200);
    given()
        .header("Authorization", "Bearer " + token)
        .get(two() + "/session")
        .then()
        .statusCode(401);
    given()
        .header("Authorization", "Bearer " + good)
        .get(two() + "/session")
        .then()
        .statusCode(200);
  }
}
