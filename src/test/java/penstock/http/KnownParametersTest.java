package penstock.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;

@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(KnownParametersTest.Settings.class)
class KnownParametersTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.views.counts.stream", "orders",
          "penstock.views.counts.fold", "count",
          "penstock.views.counts.key", "type");
    }
  }

  @TestHTTPResource URI base;
  @Inject AllowedMethods methods;

  /** Every operation that there is, so that none is left out. */
  @Test
  void everyOperationRefusesWhatItDoesNotKnow() {
    List<AllowedMethods.Operation> operations = methods.operations();
    assertThat(operations).hasSizeGreaterThan(15);
    for (AllowedMethods.Operation operation : operations) {
      String path =
          operation
              .path()
              .replaceAll("\\{view[^/]*}", "counts")
              .replaceAll("\\{stream[^/]*}", "orders")
              .replaceAll("\\{[^/]*}", "x");
      Response response =
          given().request(operation.method(), path + "?sujbect=a&_=1700000000000&also=");
      assertThat(response.statusCode()).as("%s %s", operation.method(), path).isEqualTo(400);
      if (!operation.method().equals("HEAD")) {
        assertThat(response.contentType()).isEqualTo("application/problem+json");
        assertThat(response.jsonPath().getString("type"))
            .isEqualTo("urn:penstock:problem:invalid-parameter");
        assertThat(response.jsonPath().getList("errors.attribute"))
            .containsExactlyInAnyOrder("sujbect", "also");
      }
    }
  }

  @Test
  void namesThoseThatAreKnown() {
    Response response = given().get("/streams/orders/events?sujbect=a");
    assertThat(response.jsonPath().getString("detail"))
        .isEqualTo(
            "The parameter 'sujbect' is not known here. Known are cursor, filter, limit, since, subject, type.");
    assertThat(response.jsonPath().getList("known"))
        .containsExactly("cursor", "filter", "limit", "since", "subject", "type");
    assertThat(given().get("/streams?name=x").jsonPath().getString("detail"))
        .isEqualTo("The parameter 'name' is not known here. There are none.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"?", "?_=1", "?_cache=1&limit=1", "?&&limit=1&"})
  void letsThroughWhatIsForCaches(String query) throws IOException, InterruptedException {
    given().contentType("application/json").body("{}").post("/streams/orders/events?type=t&_=1");
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI page = base.resolve("/streams/orders/events" + query);
      assertThat(
              client
                  .send(HttpRequest.newBuilder(page).build(), BodyHandlers.discarding())
                  .statusCode())
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/q/health/live?x=1", "/q/metrics?x=1", "/q/openapi?x=1", "/?x=1"})
  void pagesAndTheFrameworksOwnAreNotOperations(String path) {
    assertThat(given().get(path).statusCode()).isEqualTo(200);
  }
}
