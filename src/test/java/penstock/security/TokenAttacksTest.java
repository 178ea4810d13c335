package penstock.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;

/** What attackers send for tokens. Each is refused; a good one among them is not. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(TokenAttacksTest.Settings.class)
class TokenAttacksTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      // else most of what is nested deep would be refused for its length
      return Map.of("penstock.auth.max-token-size", "64K");
    }
  }

  @TestHTTPResource URI base;
  TestIssuer issuer;

  private static JsonObject good(TestIssuer issuer) {
    return TokenAttack.good(issuer);
  }

  @ParameterizedTest
  @EnumSource(TokenAttack.class)
  void isRefused(TokenAttack attack) {
    given()
        .header("Authorization", "Bearer " + attack.token(issuer))
        .get("/streams")
        .then()
        .statusCode(401)
        .contentType("application/problem+json")
        .header("WWW-Authenticate", equalTo("Bearer realm=\"penstock\", error=\"invalid_token\""))
        .body("type", equalTo("urn:penstock:problem:invalid-token"))
        .body(not(containsString("mallory")));
  }

  /** It does not get as far as to be a token; nor does one that is good, beside it. */
  @ParameterizedTest
  @ValueSource(strings = {"Authorization", "Cookie", "X-Other"})
  void headersThatAreTooLargeAreToldSo(String name) {
    String value = (name.equals("Authorization") ? "Bearer " : "a=") + "x".repeat(100 << 10);
    for (String token : List.of("", "nonsense", issuer.token(good(issuer)))) {
      var request = given().header(name, value);
      if (!token.isEmpty()) {
        request.header("Authorization", "Bearer " + token);
      }
      request
          .get("/streams")
          .then()
          .statusCode(431)
          .contentType("application/problem+json")
          .body("type", equalTo("urn:penstock:problem:headers-too-large"));
    }
  }

  /** Nothing is behind what is told of these. */
  @Test
  void whatCannotBeReadIsOpenToNobody() {
    try (var undecodable = new FeedWitness(base, "/streams/%zz", "Connection: close\r\n")) {
      assertThat(undecodable.awaitEnd().seen()).contains("400", "problem:malformed-request");
    }
    for (String path : List.of("/:refused", "/streams/../:refused", "/%3Arefused")) {
      assertThat(given().urlEncodingEnabled(false).get(path).statusCode()).as(path).isIn(401, 404);
    }
    for (String path : List.of("/:refused/../streams", "/:refused/", "/:refused;a", "/streams")) {
      for (String reason : List.of("headers", "target", "")) {
        assertThat(
                given()
                    .urlEncodingEnabled(false)
                    .header("penstock-refused", reason)
                    .get(path)
                    .statusCode())
            .as(path)
            .isEqualTo(401);
      }
    }
  }

  @Test
  void aGoodOneIsNot() {
    given()
        .header("Authorization", "Bearer " + issuer.token(good(issuer)))
        .get("/streams")
        .then()
        .statusCode(200);
    given()
        .header("Authorization", "bearer " + issuer.token(good(issuer)))
        .get("/streams")
        .then()
        .statusCode(200);
  }

  static Stream<String> withoutOne() {
    return Stream.of(
        "/streams", "/no/such/place", "/q/metrics", "/q/openapi", "/q/health/../metrics");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("withoutOne")
  void whoSaysNothingIsAsked(String path) {
    given()
        .urlEncodingEnabled(false)
        .get(path)
        .then()
        .statusCode(401)
        .header("WWW-Authenticate", equalTo("Bearer realm=\"penstock\""))
        .body("type", equalTo("urn:penstock:problem:unauthenticated"));
  }

  @Test
  void otherWaysAreNone() {
    String token = issuer.token(good(issuer));
    given().header("Authorization", "Basic YTpi").get("/streams").then().statusCode(401);
    given()
        .header("Authorization", "Bearer " + token)
        .header("Authorization", "Bearer " + token)
        .get("/streams")
        .then()
        .statusCode(401);
    given().queryParam("access_token", token).get("/streams").then().statusCode(401);
  }

  @Test
  void whatIsOpenIsOpen() {
    given().get("/q/health/live").then().statusCode(200);
    given().get("/").then().statusCode(200);
    given().get("/penstock.js").then().statusCode(200);
    given().header("Authorization", "Bearer old").get("/").then().statusCode(200);
  }
}
