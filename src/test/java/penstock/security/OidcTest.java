package penstock.security;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static penstock.Requests.given;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import penstock.redis.RedisResource;
import penstock.security.http.RightsMatrix;
import penstock.security.http.RightsMatrix.Caller;
import penstock.security.http.RightsMatrix.Identity;

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
      var settings = new HashMap<>(RightsMatrix.SETTINGS);
      settings.put("penstock.auth.tenant-claim", "org");
      settings.put("quarkus.oidc.token.forced-jwk-refresh-interval", "100ms");
      // else most of what is nested deep would be refused for its length
      settings.put("penstock.auth.max-token-size", "64K");
      return settings;
    }
  }

  private static final String READ = "{\"read\":[\"*\"]}";

  @TestHTTPResource URI base;
  TestIssuer issuer;

  private final HttpClient client = HttpClient.newHttpClient();

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

  @ParameterizedTest
  @EnumSource(TokenAttack.class)
  void othersAreNot(TokenAttack attack) {
    given()
        .header("Authorization", "Bearer " + attack.token(issuer))
        .get("/streams/none/events")
        .then()
        .statusCode(401)
        .body("type", equalTo("urn:penstock:problem:invalid-token"))
        .body(not(containsString("mallory")));
  }

  private Caller of(Identity identity) {
    JsonObject claims = issuer.claims(identity.name()).put("penstock", identity.rights());
    if (identity.tenant() != null) {
      claims.put("org", identity.tenant());
    }
    return new Caller(client, base, List.of("Authorization", "Bearer " + issuer.token(claims)));
  }

  /** As with tokens of mode {@code jwt}. */
  @Test
  void eachOperationTakesItsRight() throws IOException {
    String reader = issuer.token("ann", new JsonObject(READ));
    var matrix =
        new RightsMatrix(
            given()
                .header("Authorization", "Bearer " + reader)
                .get("/q/openapi?format=json")
                .asString());
    matrix.takesItsRight(this::of, Map.of());
    matrix.keepsTenantsApart(this::of, "globex");
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
