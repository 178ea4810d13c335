package penstock.projection;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ViewsOverHttpTest.Orders.class)
class ViewsOverHttpTest {

  public static final class Orders implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.orders.partitions", "1",
          "penstock.views.orders.stream", "orders",
          "penstock.views.orders.fold", "merge",
          "penstock.views.orders.deletes", "order.deleted",
          "penstock.views.by-type.stream", "orders",
          "penstock.views.by-type.fold", "count",
          "penstock.views.by-type.key", "type");
    }
  }

  RedisServer redis;
  private TestLog log;

  @BeforeEach
  void open() {
    log = new TestLog(redis, "orders");
  }

  @AfterEach
  void close() {
    log.close();
  }

  private static Response applied(String key) {
    return await()
        .until(
            () -> given().get("/views/orders/entries/{key}", key),
            found -> found.statusCode() == 200);
  }

  @Test
  void whatIsAppendedCanBeReadFromTheView() {
    log.append("order.placed", "a/1 ü", "{\"total\":1.10,\"lines\":{\"x\":1}}");
    Response found = applied("a/1 ü");
    assertThat(found.asString())
        .isEqualTo("{\"key\":\"a/1 ü\",\"value\":{\"lines\":{\"x\":1},\"total\":1.10}}");
    String tag = found.header("ETag");
    given()
        .header("If-None-Match", tag)
        .get("/views/orders/entries/{key}", "a/1 ü")
        .then()
        .statusCode(304)
        .header("ETag", tag)
        .header("Penstock-Cursor", notNullValue());
    given()
        .get("/views/orders/entries/nobody")
        .then()
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-entry"));
    given().get("/views/orders").then().statusCode(200).body("partitions", hasSize(1));
    System.out.println(given().get("/views/orders").asString());
    System.out.println(given().get("/views").asString());
    System.out.println(given().get("/views/by-type/entries").asString());
  }
}
