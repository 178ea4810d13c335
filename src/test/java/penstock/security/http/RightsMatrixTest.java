package penstock.security.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.emptyString;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;
import penstock.security.IssuerResource;
import penstock.security.TestIssuer;
import penstock.security.http.RightsMatrix.Caller;
import penstock.security.http.RightsMatrix.Identity;
import penstock.security.http.RightsMatrix.Row;

/**
 * Every operation of the API's description, asked for by every kind of caller. An operation that is
 * new fails here until it has a row, and then until it has a rule.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(RightsMatrixTest.Settings.class)
class RightsMatrixTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      var settings = new HashMap<>(RightsMatrix.SETTINGS);
      settings.put("penstock.auth.tenant-claim", "org");
      return settings;
    }
  }

  @TestHTTPResource URI base;
  TestIssuer issuer;

  private final HttpClient client = HttpClient.newHttpClient();
  private RightsMatrix matrix;

  @BeforeEach
  void read() throws IOException {
    String admin = issuer.token("root", new JsonObject("{\"admin\":[\"*\"]}"));
    matrix = new RightsMatrix(as(admin).get("/q/openapi?format=json").asString());
  }

  private Caller caller(String... headers) {
    return new Caller(client, base, List.of(headers));
  }

  private Caller with(String token) {
    return caller("Authorization", "Bearer " + token);
  }

  private Caller of(Identity identity) {
    JsonObject claims = issuer.claims(identity.name()).put("penstock", identity.rights());
    return with(
        issuer.token(identity.tenant() == null ? claims : claims.put("org", identity.tenant())));
  }

  @Test
  void everyOperationHasARow() {
    matrix.hasAllOperations();
  }

  @Test
  void whoSaysNothingIsRefusedEverywhere() {
    matrix.refuses(caller());
  }

  @Test
  void whoHasABadTokenIsRefusedEverywhere() {
    matrix.refuses(
        with(
            TestIssuer.sign(
                "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
                issuer.claims("mallory").encode(),
                TestIssuer.newKey().getPrivate())));
  }

  @Test
  void whoHasTheRightIsLetThroughAndNobodyElse() {
    matrix.takesItsRight(this::of, Map.of());
  }

  @Test
  void whoHasNoRightsSeesNothing() {
    String token = issuer.token(issuer.claims("nobody"));
    assertThat(as(token).get("/streams").asString()).isEqualTo("{\"streams\":[]}");
    assertThat(as(token).get("/views").asString()).isEqualTo("{\"views\":[]}");
  }

  /** Each right but the one that it takes, to the same names. */
  @Test
  void whoHasAllOtherRightsIsRefused() {
    for (Row row : matrix.rows()) {
      for (String missing : row.needed().fieldNames()) {
        JsonObject rights = RightsMatrix.ALL.copy();
        rights.remove(missing);
        assertThat(of(new Identity(rights, null)).status(row))
            .as("%s without %s", row.id(), missing)
            .isEqualTo(403);
      }
    }
  }

  private RequestSpecification as(String token) {
    return given().urlEncodingEnabled(false).header("Authorization", "Bearer " + token);
  }

  private Caller page(String site, JsonObject rights) {
    String cookie =
        as(issuer.token("able", rights))
            .post("/session")
            .then()
            .statusCode(200)
            .extract()
            .cookie("penstock-session");
    return caller("Cookie", "penstock-session=" + cookie, "Sec-Fetch-Site", site);
  }

  /** What a token opens its session opens, and nothing else; without a page of ours it is none. */
  @Test
  void aSessionIsWorthItsToken() {
    for (Row row : matrix.rows()) {
      if (row.id().equals("beginSession") || row.id().equals("issueTicket")) {
        continue; // of a token only, see SessionTest
      }
      assertThat(page("cross-site", row.needed()).status(row)).as(row.id()).isEqualTo(403);
      assertThat(page("same-origin", row.needed()).status(row))
          .as(row.id())
          .isNotIn(401, 403)
          .isLessThan(500);
      assertThat(page("same-origin", new JsonObject()).status(row))
          .as(row.id())
          .isEqualTo(row.withoutRight());
    }
  }

  /** A ticket opens the one feed that it is for. */
  @Test
  void aTicketOpensNoOtherOperation() {
    String token =
        issuer.token(issuer.claims("all").put("penstock", RightsMatrix.ALL).put("org", "acme"));
    for (Row row : matrix.rows()) {
      String ticket =
          as(token)
              .contentType("application/json")
              .body("{\"path\":\"/streams/orders/feed\"}")
              .post("/tickets")
              .path("ticket");
      assertThat(caller().status(row.with("ticket=" + ticket)))
          .as(row.id())
          .isEqualTo(row.id().equals("followStream") ? 200 : 401);
    }
  }

  /** No operation passes for another by how its path is written. */
  @Test
  void pathsThatPlayTricksReachNothing() {
    String token =
        issuer.token(
            "t",
            new JsonObject("{\"read\":[\"public\"],\"view\":[{\"view\":\"v1\",\"key\":\"-\"}]}"));
    for (String path :
        List.of(
            "/streams/public%2F..%2Forders/events",
            "/streams/public/../orders/events",
            "/streams/./orders/events",
            "/streams//orders/events",
            "/streams/ORDERS/events",
            "/streams/orders;public/events",
            "/streams/orders%00/events",
            "/streams/%6frders/events",
            "/views/v1/entries//orders",
            "/views/v1/entries/./-",
            "/views/v1/entries/../entries/k",
            "/views/v1/entries/-/..",
            "/views/v1/entries/k;-",
            "//streams/orders/events",
            "/q/../streams/orders/events",
            "/q/health/../../streams/orders/events",
            "/feed?stream=public&stream=orders",
            "/feed?stream=orders&stream=public")) {
      int status =
          given()
              .urlEncodingEnabled(false)
              .header("Authorization", "Bearer " + token)
              .get(path)
              .statusCode();
      assertThat(status).as(path).isIn(400, 403, 404);
    }
  }

  /** Who asks for methods is not asked who he is, and so must not be given anything else. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/q/metrics",
        "/q/%6Detrics",
        "/%71/metrics",
        "/q//metrics",
        "/q/./metrics",
        "/q/x/../metrics",
        "/q/%68ealth",
        "/q/./openapi"
      })
  void askingForMethodsTellsNothingElse(String path) {
    given()
        .urlEncodingEnabled(false)
        .options(path)
        .then()
        .statusCode(204)
        .header("Allow", "GET, HEAD, OPTIONS")
        .body(emptyString());
  }

  @Test
  void whoIsOfAnotherTenantNeitherSeesNorChangesAnything() {
    matrix.keepsTenantsApart(this::of, "globex", "acme2", "acm", "a");
  }
}
