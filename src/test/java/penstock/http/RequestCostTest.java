package penstock.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static penstock.Patience.await;

import io.prometheus.client.exemplars.ExemplarSampler;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;

/** What the framework would do for each request, and need not. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(KnownParametersTest.Settings.class)
class RequestCostTest {

  /** Looks at requests when the framework has authenticated, before a resource is looked for. */
  @Singleton
  static class Onlooker {

    private static final int BEHIND_AUTHENTICATION = 150;

    final Queue<Optional<Object>> templates = new ConcurrentLinkedQueue<>();

    void filter(@Observes Filters filters) {
      filters.register(
          context -> {
            // it is there in all tests
            if (PATH.equals(context.normalizedPath())) {
              templates.add(
                  Optional.ofNullable(Vertx.currentContext().getLocal("UrlPathTemplate")));
            }
            context.next();
          },
          BEHIND_AUTHENTICATION);
    }
  }

  private static final String PATH = "/views/counts/entries/none";

  @Inject Onlooker onlooker;
  @Inject Optional<ExemplarSampler> sampler;

  @Test
  void theTemplateOfAPathIsNotLookedForAheadOfWhoServesIt() {
    // until a worker has begun the view, its feed and entries are not ready
    await().until(() -> given().get(PATH).statusCode() == 404);
    onlooker.templates.clear();
    given().get(PATH).then().statusCode(404);
    assertThat(onlooker.templates).containsExactly(Optional.empty());
    given()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("uri=\"/views/{view}/entries/{key}\""));
  }

  /** Else each count would ask for one. */
  @Test
  void nothingCountedLooksForATraceWhereThereAreNone() {
    assertThat(sampler).isEmpty();
  }
}
