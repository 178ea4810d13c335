package penstock.admin;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.Meters;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

@QuarkusTest
@WithTestResource(value = RedisResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
class RedisReadinessTest {

  RedisServer redis;

  @AfterEach
  void mend() {
    for (String[] setting :
        new String[][] {
          {"save", ""},
          {"maxmemory", "0"},
          {"maxmemory-policy", "noeviction"},
          {"min-replicas-to-write", "0"}
        }) {
      redis.ask("CONFIG", "SET", setting[0], setting[1]);
    }
  }

  @Test
  void isRefusedWhileRedisEvicts() {
    awaitReady();
    redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    awaitNotReady("maxmemory-policy is allkeys-lru");
    redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction");
    awaitReady();
  }

  /** What is acknowledged by a Redis that evicts is not in the log for long. */
  @Test
  void nothingIsAppendedWhileRedisEvicts() {
    awaitReady();
    assertThat(post().statusCode()).isIn(200, 201);
    redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    awaitNotReady("maxmemory-policy is allkeys-lru");
    Response refused = post();
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.<String>path("type")).endsWith(":redis-unavailable");
    assertThat(refused.<String>path("detail")).contains("maxmemory-policy is allkeys-lru");
    redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction");
    awaitReady();
    assertThat(post().statusCode()).isIn(200, 201);
  }

  @ParameterizedTest
  @CsvSource({
    "maxmemory, 1, 0, redis-full",
    "min-replicas-to-write, 1, 0, redis-unavailable",
  })
  void whileWritesAreRefusedItIsReadyForReadersAndSaysSo(
      String setting, String refusing, String taking, String problem) {
    awaitReady();
    assertThat(post().statusCode()).isIn(200, 201);
    redis.ask("CONFIG", "SET", setting, refusing);
    await().until(() -> check().<String>path("data.writes").startsWith("refused: "));
    assertThat(check().<String>path("data.reads")).isEqualTo("served");
    assertThat(get("/q/health/ready").statusCode()).isEqualTo(200);
    assertThat(Meters.read("penstock_redis_writable")).isZero();
    assertThat(Meters.read("penstock_redis_ready")).isEqualTo(1);
    assertThat(post().statusCode()).isEqualTo(503);
    assertThat(post().<String>path("type")).endsWith(":" + problem);
    assertThat(get("/streams/commits/events").statusCode()).isEqualTo(200);
    redis.ask("CONFIG", "SET", setting, taking);
    await().until(() -> check().<String>path("data.writes").equals("taken"));
    assertThat(Meters.read("penstock_redis_writable")).isEqualTo(1);
    assertThat(post().statusCode()).isIn(200, 201);
  }

  @Test
  void aRedisThatCannotSaveTakesNoWrites() throws IOException {
    awaitReady();
    Path inTheWay = Files.createDirectories(redis.directory().resolve("dump.rdb/in-the-way"));
    redis.ask("CONFIG", "SET", "save", "3600 1000000");
    await()
        .untilAsserted(
            () -> {
              try {
                redis.ask("BGSAVE");
              } catch (IllegalStateException underWay) {
                // the one before has not ended
              }
              assertThat(check().<String>path("data.writes")).contains("MISCONF");
            });
    assertThat(get("/q/health/ready").statusCode()).isEqualTo(200);
    assertThat(post().statusCode()).isEqualTo(503);
    Files.delete(inTheWay);
    Files.delete(inTheWay.getParent());
    redis.ask("CONFIG", "SET", "save", "");
    await().until(() -> check().<String>path("data.writes").equals("taken"));
    assertThat(post().statusCode()).isIn(200, 201);
  }

  /** All connections are up by then, not only the one that looks. */
  @RepeatedTest(5)
  void onceItIsReadyAgainTheFirstRequestsSucceed() {
    awaitReady();
    await().until(() -> get("/views/commits-by-type/entries/none").statusCode() == 404);
    assertThat(post().statusCode()).isIn(200, 201);
    redis.kill();
    awaitNotReady("");
    redis.startAgain();
    await()
        .pollInterval(Duration.ofMillis(2))
        .until(() -> get("/q/health/ready").statusCode() == 200);
    assertThat(get("/views/commits-by-type/entries/none").statusCode()).isEqualTo(404);
    assertThat(post().statusCode()).isIn(200, 201);
  }

  private static Response post() {
    return given()
        .contentType("application/cloudevents+json")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/r\",\"type\":\"t\"}"
                .formatted(UUID.randomUUID()))
        .post("/streams/commits/events");
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
