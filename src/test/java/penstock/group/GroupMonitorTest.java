package penstock.group;

import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.redis.RedisResource;

/** Where all groups of a stream are more scripts than a link may have under way. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(GroupMonitorTest.Settings.class)
class GroupMonitorTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.wide.partitions", "64",
          "penstock.redis.max-pending", "128",
          "penstock.group.monitor-interval", "200ms");
    }
  }

  private static final int GROUPS = 6;

  @Test
  void allGroupsOfAWideStreamAreMeasured() {
    for (int i = 0; i < GROUPS; i++) {
      given()
          .contentType("application/json")
          .body("{}")
          .put("/streams/wide/groups/g{i}", i)
          .then()
          .statusCode(201);
    }
    for (int i = 0; i < GROUPS; i++) {
      String group = "g" + i;
      await().until(() -> Meters.read("penstock_group_lag", "stream", "wide", "group", group) == 0);
    }
  }
}
