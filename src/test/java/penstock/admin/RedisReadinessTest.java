package penstock.admin;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;

import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

@QuarkusTest
@WithTestResource(value = RedisResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class RedisReadinessTest {

  RedisServer redis;

  @Test
  void isRefusedWhileRedisEvicts() {
    awaitReady();
    redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    awaitNotReady("maxmemory-policy is allkeys-lru");
    redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction");
    awaitReady();
  }

  @Test
  void isRefusedByAReplica() {
    awaitReady();
    redis.ask("REPLICAOF", "127.0.0.1", 1);
    awaitNotReady("it is a replica");
    redis.ask("REPLICAOF", "NO", "ONE");
    awaitReady();
  }

  @Test
  void isRefusedForAnUnknownFormatAlsoToNewConnections() {
    awaitReady();
    assertThat(redis.ask("HGET", "ps:meta", "format")).isEqualTo("1");
    redis.ask("HSET", "ps:meta", "format", 99);
    awaitNotReady("the data in Redis has format 99");
    redis.restart();
    awaitNotReady("the data in Redis has format 99");
    redis.ask("HSET", "ps:meta", "format", 1);
    awaitReady();
  }

  @Test
  void comesBackWithRedisWhileTheServiceLives() {
    awaitReady();
    redis.kill();
    awaitNotReady("it is not reachable");
    assertThat(get("/q/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/q/health/started").statusCode()).isEqualTo(200);
    redis.startAgain();
    awaitReady();
  }

  private static void awaitReady() {
    await().until(() -> check().path("status").equals("UP"));
    assertThat(check().<String>path("data.version")).isNotEmpty();
  }

  private static void awaitNotReady(String reason) {
    await().until(() -> String.valueOf(check().<String>path("data.reason")).contains(reason));
    Response ready = get("/q/health/ready");
    assertThat(ready.statusCode()).isEqualTo(503);
  }

  private static io.restassured.path.json.JsonPath json() {
    return get("/q/health/ready").jsonPath();
  }

  private static Check check() {
    return new Check(json());
  }

  /** The part of the readiness that is about Redis. */
  private record Check(io.restassured.path.json.JsonPath json) {
    <T> T path(String path) {
      return json.get("checks.find { it.name == 'redis' }." + path);
    }
  }
}
