package penstock.security.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.security.IssuerResource;
import penstock.security.TestIssuer;
import penstock.security.session.Secret;

/** A browser's cookie in the place of a token: what it may do, for whom, and how long. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(SessionTest.Settings.class)
class SessionTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.auth.session.max-per-caller", "2",
          "mp.jwt.verify.clock.skew", "1",
          "penstock.cors.origins", "https://shop.example");
    }
  }

  private static final String RIGHTS = "{\"read\":[\"calls\"],\"publish\":[\"calls\"]}";
  private static final String COOKIE = "penstock-session";

  @TestHTTPResource URI base;
  TestIssuer issuer;
  RedisServer redis;

  private String token(String subject) {
    return issuer.token(subject, new JsonObject(RIGHTS));
  }

  private static Response begin(String token) {
    return given().header("Authorization", "Bearer " + token).post("/session");
  }

  private String authority() {
    return base.getHost() + ":" + base.getPort();
  }

  private String own() {
    return "http://" + authority();
  }

  private static RequestSpecification with(String cookie) {
    return given().cookie(COOKIE, cookie);
  }

  private String cookie(String subject) {
    return begin(token(subject)).then().statusCode(200).extract().cookie(COOKIE);
  }

  private static RequestSpecification event(RequestSpecification request, String id) {
    return request
        .contentType("application/cloudevents+json")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\"}"
                .formatted(id));
  }

  @Test
  void aCookieIsWorthItsToken() {
    String cookie = cookie("ann");
    with(cookie)
        .get("/session")
        .then()
        .statusCode(200)
        .body("subject", equalTo("ann"))
        .body("expires", notNullValue());
    event(with(cookie).header("Origin", own()), "own")
        .post("/streams/calls/events")
        .then()
        .statusCode(201);
    with(cookie)
        .get("/streams/calls/events")
        .then()
        .statusCode(200)
        .body("events.find { it.id == 'own' }.authid", equalTo("ann"));
    with(cookie).get("/streams/others/events").then().statusCode(403);
  }

  @Test
  void noScriptSeesItAndOnlyThisSiteSendsIt() {
    assertThat(begin(token("bea")).header("Set-Cookie"))
        .matches(
            "penstock-session=[A-Za-z0-9_-]{43}; Path=/; Max-Age=\\d+; HttpOnly; SameSite=Strict");
  }

  /** Only where the browser itself is on the machine does it go without TLS. */
  @ParameterizedTest
  @ValueSource(strings = {"penstock.example", "localhost.example", "127.0.0.1.example", "10.0.0.1"})
  void itGoesOverTlsOnly(String host) {
    String set =
        given()
            .header("Host", host)
            .header("Authorization", "Bearer " + token("cyd"))
            .post("/session")
            .header("Set-Cookie");
    assertThat(set)
        .matches(
            "__Host-penstock-session=[A-Za-z0-9_-]{43}; Path=/; Max-Age=\\d+; HttpOnly;"
                + " SameSite=Strict; Secure");
    String value = set.substring(set.indexOf('=') + 1, set.indexOf(';'));
    given()
        .header("Host", host)
        .header("Cookie", "__Host-penstock-session=" + value)
        .get("/session")
        .then()
        .statusCode(200);
    // a neighbour's domain could set this one
    given()
        .header("Host", host)
        .header("Cookie", "penstock-session=" + value)
        .get("/session")
        .then()
        .statusCode(401);
  }

  /**
   * Origin, Sec-Fetch-Site, and whether a request that changes something, or one that reads, is
   * heeded.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://HERE  |             | true  | true",
        "http://HERE  | same-origin | true  | true",
        "                       | same-origin | true  | true",
        "https://shop.example   | cross-site  | true  | true",
        "https://shop.example   |             | true  | true",
        "                       |             | false | true",
        "                       | none        | false | true",
        "                       | same-site   | false | false",
        "                       | cross-site  | false | false",
        "                       | nonsense    | false | false",
        "null                   |             | false | false",
        "null                   | same-origin | false | false",
        "https://evil.example   |             | false | false",
        "https://evil.example   | same-origin | false | false",
        "http://HERE  | cross-site  | false | false",
        "http://HERE  | same-site   | false | false",
        "http://localhost       |             | false | false",
        "https://HERE           |             | true  | true",
        "http://HERE1 |             | false | false",
        "http://HERE.evil.example | | false | false",
        "http://evil@HERE/x | cross-site | false | false",
        "http://sub.HERE |          | false | false",
        "ftp://HERE   |             | false | false",
        "HERE         |             | false | false",
        "%%%                    |             | false | false",
      })
  void aForeignPageCannotUseIt(String origin, String site, boolean changes, boolean reads) {
    String id = "o" + Math.abs((origin + site).hashCode());
    String cookie = cookie("dan-" + id);
    var request = event(with(cookie), id);
    var read = with(cookie);
    if (origin != null) {
      request.header("Origin", origin.replace("HERE", authority()));
      read.header("Origin", origin.replace("HERE", authority()));
    }
    if (site != null) {
      request.header("Sec-Fetch-Site", site);
      read.header("Sec-Fetch-Site", site);
    }
    int status = request.post("/streams/calls/events").statusCode();
    assertThat(status).isIn(changes ? List.of(200, 201) : List.of(403));
    read.get("/streams/calls/events").then().statusCode(reads ? 200 : 403);
  }

  @Test
  void twoOriginsAreNone() {
    given()
        .header("Cookie", COOKIE + "=" + cookie("eve"))
        .header("Origin", own(), "https://evil.example")
        .get("/session")
        .then()
        .statusCode(403);
  }

  @Test
  void itEndsWhereItIsEnded() {
    String cookie = cookie("fay");
    String ended =
        with(cookie)
            .header("Sec-Fetch-Site", "same-origin")
            .delete("/session")
            .then()
            .statusCode(204)
            .extract()
            .header("Set-Cookie");
    assertThat(ended).startsWith("penstock-session=; Path=/; Max-Age=0;");
    with(cookie)
        .get("/session")
        .then()
        .statusCode(401)
        .body("type", equalTo("urn:penstock:problem:invalid-token"));
    with(cookie).header("Sec-Fetch-Site", "same-origin").delete("/session").then().statusCode(401);
  }

  @Test
  void aForeignPageCannotEndIt() {
    String cookie = cookie("gil");
    with(cookie).header("Origin", "https://evil.example").delete("/session").then().statusCode(403);
    with(cookie).get("/session").then().statusCode(200);
  }

  @Test
  void itEndsWithItsToken() {
    long soon = Instant.now().getEpochSecond() + 2;
    String cookie = begin(issuer.token(issuer.claims("hal").put("exp", soon))).cookie(COOKIE);
    with(cookie).get("/session").then().statusCode(200);
    await().until(() -> with(cookie).get("/session").statusCode() == 401);
    assertThat(Instant.now().getEpochSecond()).isGreaterThanOrEqualTo(soon);
  }

  @Test
  void anotherTakesItsPlace() {
    String first = cookie("ida");
    String second =
        with(first)
            .header("Authorization", "Bearer " + token("ida"))
            .post("/session")
            .then()
            .statusCode(200)
            .extract()
            .cookie(COOKIE);
    with(first).get("/session").then().statusCode(401);
    with(second).get("/session").then().statusCode(200);
  }

  /** That goes which would end first; among those of one second that would be any. */
  @Test
  void ofOneCallerThereAreNotTooMany() {
    long sooner = Instant.now().getEpochSecond() + 300;
    String first = begin(issuer.token(issuer.claims("jon").put("exp", sooner))).cookie(COOKIE);
    with(first).get("/session").then().statusCode(200);
    cookie("jon");
    cookie("jon");
    with(first).get("/session").then().statusCode(401);
    String other = cookie("kim");
    with(other).get("/session").then().statusCode(200);
  }

  private static final String ENDED = "ps:{auth}:ended";

  /** Each that ends is told of for ten minutes, here and in Redis. */
  @Test
  void whoBeginsOneAfterTheOtherIsRefused() {
    String token = token("max");
    for (int i = 0; i < 20; i++) {
      assertThat(begin(token).statusCode()).isEqualTo(200);
    }
    String last = cookie("ned");
    long told = ended();
    Response refused = begin(token);
    refused.then().statusCode(429).body("type", equalTo("urn:penstock:problem:too-busy"));
    assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
    assertThat(ended()).isEqualTo(told);
    with(last).get("/session").then().statusCode(200);
  }

  private long ended() {
    return ((Number) redis.ask("XLEN", ENDED)).longValue();
  }

  @Test
  void ofWhatIsNoSessionNobodyIsTold() {
    String cookie = cookie("pat");
    String token = token("pat");
    with(cookie).header("Sec-Fetch-Site", "same-origin").delete("/session").then().statusCode(204);
    long told = ended();
    String none = "A".repeat(43);
    for (String old : List.of(cookie, none)) {
      with(old).header("Authorization", "Bearer " + token).delete("/session");
    }
    with(none).header("Authorization", "Bearer " + token).post("/session").then().statusCode(200);
    assertThat(ended()).isEqualTo(told);
  }

  @Test
  void aSessionMakesNoOther() {
    with(cookie("lea"))
        .header("Sec-Fetch-Site", "same-origin")
        .post("/session")
        .then()
        .statusCode(401);
    given().post("/session").then().statusCode(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "..%2Fsession",
        "*"
      })
  void whatWasGuessedIsNone(String guessed) {
    with(guessed)
        .get("/session")
        .then()
        .statusCode(401)
        .body("detail", not(equalTo(guessed)))
        .header("WWW-Authenticate", equalTo("Bearer realm=\"penstock\", error=\"invalid_token\""));
  }

  @Test
  void whatIsPresentedBeatsWhatIsSentAlong() {
    given()
        .header("Authorization", "Bearer " + token("mia"))
        .cookie(COOKIE, cookie("nan"))
        .get("/session")
        .then()
        .body("subject", equalTo("mia"));
    given()
        .header("Authorization", "Bearer nonsense")
        .cookie(COOKIE, cookie("nan"))
        .get("/session")
        .then()
        .statusCode(401);
  }

  /** Who has Redis has neither a token nor a cookie, and cannot make one session of another. */
  @Test
  void redisHasNothingThatIsOfUse() {
    String token = token("oda");
    String cookie = begin(token).cookie(COOKIE);
    String other = cookie("pam");
    var keys = (List<?>) redis.ask("KEYS", "ps:{auth}:session:*");
    assertThat(keys).isNotEmpty().noneMatch(key -> key.toString().contains(cookie));
    for (Object key : keys) {
      assertThat(String.valueOf(redis.ask("GET", key))).doesNotContain(token).doesNotContain("eyJ");
    }
    String secret = Secret.parse(cookie).digest();
    String foreign = Secret.parse(other).digest();
    redis.ask("COPY", "ps:{auth}:session:" + secret, "ps:{auth}:session:" + foreign, "REPLACE");
    with(other).get("/session").then().statusCode(401);
    with(cookie).get("/session").then().statusCode(200);
  }
}
