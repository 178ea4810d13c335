package penstock.sink.http;

import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;

/** All partitions of all sinks are more than a link takes at once. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ManySinksTest.Profile.class)
class ManySinksTest {

  /** Nobody works them: that would be more calls. Each script is sent twice, the first time. */
  public static final class Profile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.projection.enabled", "false",
          "penstock.redis.max-pending", "150",
          "penstock.streams.wide.partitions", "64",
          "penstock.sinks.first.stream", "wide",
          "penstock.sinks.first.kind", "bean:ignoring",
          "penstock.sinks.second.stream", "wide",
          "penstock.sinks.second.kind", "bean:ignoring");
    }
  }

  @Test
  void areShownAllTheSame() {
    when()
        .get("/sinks")
        .then()
        .statusCode(200)
        .body("sinks.name", contains("first", "second"))
        .body("sinks[0].partitions", hasSize(64))
        .body("sinks[1].partitions", hasSize(64));
  }
}
