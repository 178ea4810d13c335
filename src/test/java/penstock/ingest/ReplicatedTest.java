package penstock.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import penstock.Requests;
import penstock.redis.RedisConversation;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** A stream whose events are acknowledged when a replica has them. */
@QuarkusTest
@TestProfile(ReplicatedTest.Replicated.class)
@WithTestResource(value = RedisResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class ReplicatedTest {

  public static class Replicated implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.safe.durability", "replicated",
          "penstock.streams.safe.replication.replicas", "1",
          "penstock.streams.safe.replication.timeout", "3s",
          "penstock.streams.demoted.durability", "replicated",
          "penstock.streams.demoted.replication.timeout", "60s");
    }
  }

  RedisServer redis;

  private static ValidatableResponse post(String id) {
    return post("safe", id);
  }

  private static ValidatableResponse post(String stream, String id) {
    return given()
        .contentType(AppendTest.STRUCTURED)
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/d\",\"type\":\"t\"}"
                .formatted(id))
        .post("/streams/" + stream + "/events")
        .then();
  }

  private static void isNotReplicated(ValidatableResponse response) {
    response
        .statusCode(503)
        .header("Retry-After", notNullValue())
        .body("type", equalTo("urn:penstock:problem:not-replicated"))
        .body("detail", containsString("0 of 1"));
  }

  @Test
  void anEventIsAcknowledgedWhenTheReplicaHasItAndARetryIsNoSecondEvent() {
    isNotReplicated(post("alone"));
    try (RedisServer replica =
        RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(redis.port()))) {
      await()
          .untilAsserted(
              () -> post("alone").statusCode(200).body("events[0].duplicate", equalTo(true)));
      redis.ask("SCRIPT", "FLUSH");
      post("together").statusCode(201);
      assertThat(replica.ask("XLEN", "ps:{safe/0}:events")).isEqualTo(2L);

      try (RedisConversation watching = redis.open()) {
        watching.ask("WATCH", "ps:{safe/0}:log");
        post("together").statusCode(200);
        watching.ask("MULTI");
        assertThat(watching.ask("EXEC")).as("WAIT has something to wait for").isNull();
      }

      replica.pause();
      isNotReplicated(post("paused"));
      isNotReplicated(post("paused"));
      // as by another instance: over a connection that has written nothing
      redis.ask("CLIENT", "KILL", "TYPE", "normal");
      await().untilAsserted(() -> isNotReplicated(post("paused")));
      replica.resume();
      await().untilAsserted(() -> post("paused").statusCode(200));
      assertThat(redis.ask("XLEN", "ps:{safe/0}:events")).isEqualTo(3L);
    }
  }

  /**
   * A server that is made a replica lets those go who wait; its master may not have their events.
   */
  @Test
  void ofAMasterThatIsDemotedMeanwhileTheOutcomeIsNotKnown() {
    CompletableFuture<ValidatableResponse> answer =
        CompletableFuture.supplyAsync(() -> post("demoted", "1"));
    await().until(() -> redis.ask("XLEN", "ps:{demoted/0}:events").equals(1L));
    redis.ask("REPLICAOF", "127.0.0.1", "1");
    try {
      answer
          .join()
          .statusCode(503)
          .header("Retry-After", notNullValue())
          .body("type", equalTo("urn:penstock:problem:outcome-unknown"));
    } finally {
      redis.ask("REPLICAOF", "NO", "ONE");
      Requests.awaitReady();
    }
  }
}
