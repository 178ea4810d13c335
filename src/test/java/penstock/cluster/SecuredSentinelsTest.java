package penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import penstock.Requests;
import penstock.redis.RedisSecurity;
import penstock.redis.RedisServer;

/** A master is found and followed by sentinels that speak TLS and let in who has a password. */
@QuarkusTest
@TestProfile(SecuredSentinelsTest.Settings.class)
@WithTestResource(
    value = SecuredSentinelsResource.class,
    scope = TestResourceScope.RESTRICTED_TO_CLASS)
class SecuredSentinelsTest {

  public static class Settings implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.redis.read-from", "replica",
          "penstock.redis.monitor-interval", "200ms",
          "penstock.streams.auto-create", "true");
    }
  }

  SecuredSentinelsResource.Sentinels sentinels;

  private static void post(String id) {
    await()
        .until(
            () ->
                given()
                        .contentType("application/cloudevents+json")
                        .body(
                            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\"}"
                                .formatted(id))
                        .post("/streams/kept/events")
                        .statusCode()
                    < 300);
  }

  private static void awaitRead(List<String> ids) {
    await()
        .untilAsserted(
            () ->
                assertThat(
                        given()
                            .get("/streams/kept/events?cursor=earliest")
                            .jsonPath()
                            .getList("events.id"))
                    .isEqualTo(ids));
  }

  @Test
  void theMasterIsFollowed() {
    Requests.awaitReady();
    post("before");
    awaitRead(List.of("before"));
    RedisServer former = sentinels.master();
    await().until(() -> RedisSecurity.isOnlyUser(former) && sentinels.areAskedByTheirUser());
    assertThat(sentinels.ask(0, "SENTINEL", "FAILOVER", "penstock")).isEqualTo("OK");
    await().ignoreExceptions().until(() -> sentinels.master() != former);
    post("behind");
    awaitRead(List.of("before", "behind"));
    await().until(() -> RedisSecurity.isOnlyUser(sentinels.master()));
  }
}
