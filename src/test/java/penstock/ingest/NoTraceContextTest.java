package penstock.ingest;

import static org.hamcrest.Matchers.nullValue;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;

@QuarkusTest
@WithTestResource(RedisResource.class)
class NoTraceContextTest {

  @Test
  void isNotKeptUnlessThatIsAskedFor() {
    given()
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .contentType("application/cloudevents+json")
        .body("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"t\"}")
        .post("/streams/untraced/events")
        .then()
        .statusCode(201);
    given().get("/streams/untraced/events").then().body("events[0].traceparent", nullValue());
  }
}
