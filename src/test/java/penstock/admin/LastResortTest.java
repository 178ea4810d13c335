package penstock.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;

@QuarkusTest
@WithTestResource(RedisResource.class)
class LastResortTest {

  /** A feature with a defect. */
  @Path("/test/defective/{name}")
  static class Defective {

    @GET
    public String get() {
      throw new IllegalStateException("secret");
    }
  }

  /** A defect where no resource is asked. */
  @ApplicationScoped
  static class DefectiveFilter {
    void routes(@Observes Router router) {
      router
          .get("/test/defective-filter")
          .handler(
              context -> {
                throw new IllegalStateException("secret");
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "OPTIONS"})
  void tellsThatThereIsNothing(String method) {
    given()
        .request(method, "/no/such/path")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:penstock:problem:not-found"))
        .body("detail", containsString("/no/such/path"));
  }

  @Test
  void tellsWhichMethodsAreAllowed() {
    given()
        .delete("/test/defective/a")
        .then()
        .statusCode(405)
        .header("Allow", "GET, HEAD, OPTIONS")
        .contentType("application/problem+json")
        .body("type", equalTo("urn:penstock:problem:method-not-allowed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/test/defective/a", "/test/defective-filter"})
  void hidesTheCauseOfADefect(String path) {
    String body =
        given()
            .get(path)
            .then()
            .statusCode(500)
            .contentType("application/problem+json")
            .body("type", equalTo("urn:penstock:problem:internal-error"))
            .extract()
            .asString();
    assertThat(body).doesNotContain("secret").doesNotContain("Exception");
  }

  @Test
  void leavesTheFrameworksPathsAlone() {
    given().get("/q/health/live").then().statusCode(200);
    given().get("/q/metrics").then().statusCode(200).body(containsString("penstock_redis_up"));
  }

  @Test
  void tellsWhichFormsThereAreOfMetrics() {
    given()
        .accept("image/png")
        .get("/q/metrics")
        .then()
        .statusCode(406)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:penstock:problem:not-acceptable"));
    given().accept("image/png").get("/q/health/live").then().statusCode(200);
  }
}
