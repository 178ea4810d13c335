package penstock.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;
import penstock.security.IssuerResource;

/** Built as for images, the service has health and metrics on a port of their own. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(ManagementPortTest.Settings.class)
class ManagementPortTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "quarkus.management.enabled", "true",
          "quarkus.management.test-port", "0",
          "penstock.streams.orders.partitions", "1",
          // What is open to callers says nothing of this port.
          "penstock.auth.open", "openapi,metrics");
    }
  }

  @TestHTTPResource(management = true)
  URI management;

  private String at(String path) {
    return management.resolve(path).toString();
  }

  @Test
  void hasHealthAndMetricsForWhoSaysNothing() {
    await().until(() -> given().get(at("/q/health/ready")).statusCode() == 200);
    given().get(at("/q/health/live")).then().statusCode(200);
    given().get(at("/q/health/started")).then().statusCode(200);
    given()
        .get(at("/q/metrics"))
        .then()
        .statusCode(200)
        .header("X-Content-Type-Options", equalTo("nosniff"))
        .body(containsString("penstock_redis_ready"));
    given()
        .accept("image/png")
        .get(at("/q/metrics"))
        .then()
        .statusCode(406)
        .body("type", equalTo("urn:penstock:problem:not-acceptable"));
  }

  /** Also where these are open: they are not there any more. */
  @ParameterizedTest
  @ValueSource(strings = {"/q/metrics", "/q/health", "/q/health/ready"})
  void theOthersHaveNeither(String path) {
    assertThat(given().get(path).statusCode()).isIn(401, 404);
  }

  @Test
  void whatDescribesTheApiIsBesideIt() {
    given().get("/q/openapi").then().statusCode(200);
    given().get(at("/q/openapi")).then().statusCode(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/streams", "/streams/orders/events", "/views", "/session"})
  void hasNothingOfTheApi(String path) {
    given()
        .get(at(path))
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:penstock:problem:not-found"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/q/health", "/q/metrics"})
  void isRead(String path) {
    given().post(at(path)).then().statusCode(405).header("Allow", "GET, HEAD, OPTIONS");
  }

  /** A browser may be where this port is reached, and the page in it from anywhere. */
  @Test
  void pagesOfOtherOriginsMayNotReadIt() {
    given()
        .header("Origin", "https://elsewhere.example")
        .get(at("/q/metrics"))
        .then()
        .header("Access-Control-Allow-Origin", nullValue());
  }
}
