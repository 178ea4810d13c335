package penstock.security;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Requests.given;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;

/** Tokens of a provider that is discovered. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(
    value = IssuerResource.class,
    initArgs = @ResourceArg(name = "mode", value = "oidc"))
@TestProfile(OidcTest.Settings.class)
class OidcTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("quarkus.oidc.token.forced-jwk-refresh-interval", "100ms");
    }
  }

  private static final String READ = "{\"read\":[\"*\"]}";

  TestIssuer issuer;

  private int status(String token) {
    return given()
        .header("Authorization", "Bearer " + token)
        .get("/streams/none/events")
        .statusCode();
  }

  @Test
  void aTokenOfTheProviderIsGood() {
    given()
        .header("Authorization", "Bearer " + issuer.token("ann", new JsonObject(READ)))
        .get("/streams/none/events")
        .then()
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-stream"));
    given()
        .header("Authorization", "Bearer " + issuer.token(issuer.claims("ann")))
        .get("/streams/none/events")
        .then()
        .statusCode(403);
  }

  @Test
  void othersAreNot() {
    JsonObject good = issuer.claims("mallory").put("penstock", new JsonObject(READ));
    long now = Instant.now().getEpochSecond();
    for (String token :
        new String[] {
          issuer.token(good.copy().put("exp", now - 3600)),
          issuer.token(good.copy().put("iss", "https://evil.example")),
          issuer.token(good.copy().put("aud", "another")),
          TestIssuer.sign(
              "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
              good.encode(),
              TestIssuer.newKey().getPrivate()),
          TestIssuer.sign(
              "{\"alg\":\"none\",\"kid\":\"k1\"}", good.encode(), issuer.key("k1").getPrivate()),
          "opaque-token-of-nobody",
        }) {
      given()
          .header("Authorization", "Bearer " + token)
          .get("/streams/none/events")
          .then()
          .statusCode(401)
          .body("type", equalTo("urn:penstock:problem:invalid-token"));
    }
  }

  @Test
  void aNewKeyIsFound() {
    issuer.add("k2");
    String token =
        TestIssuer.sign(
            "{\"alg\":\"RS256\",\"kid\":\"k2\"}",
            issuer.claims("ann").put("penstock", new JsonObject(READ)).encode(),
            issuer.key("k2").getPrivate());
    await().until(() -> status(token) == 404);
  }
}
