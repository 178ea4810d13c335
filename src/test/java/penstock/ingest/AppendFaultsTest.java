package penstock.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import penstock.Http2Client;
import penstock.Meters;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** What an append is told while Redis is full, gone, hung or forgetful. */
@QuarkusTest
@TestProfile(AppendFaultsTest.Strict.class)
@WithTestResource(RedisResource.class)
class AppendFaultsTest {

  private static final int QUEUED = 64 * 1024;

  /** No streams but the declared one, and a short queue. */
  public static class Strict implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "false",
          "penstock.streams.orders.partitions", "1",
          "penstock.ingest.max-queued", Integer.toString(QUEUED));
    }
  }

  RedisServer redis;
  @TestHTTPResource URI base;

  @AfterEach
  void mend() {
    redis.resume();
    redis.ask("CONFIG", "SET", "maxmemory", "0");
    await().until(Meters::areAllLinksUp);
    await().untilAsserted(() -> post("mended", 10).statusCode(equalToAny(200, 201)));
  }

  private static Matcher<Integer> equalToAny(Integer one, Integer other) {
    return anyOf(equalTo(one), equalTo(other));
  }

  private static ValidatableResponse post(String id, int size) {
    return given()
        .contentType("application/cloudevents+json")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/f\",\"type\":\"t\",\"data\":\"%s\"}"
                .formatted(id, "x".repeat(size)))
        .post("/streams/orders/events")
        .then();
  }

  private long length() {
    return (Long) redis.ask("XLEN", "ps:{orders/0}:events");
  }

  private static ValidatableResponse hasProblem(
      ValidatableResponse response, int status, String slug) {
    return response
        .statusCode(status)
        .contentType("application/problem+json")
        .header("Retry-After", notNullValue())
        .body("type", equalTo("urn:penstock:problem:" + slug));
  }

  /** Its body has been read by then, which HTTP/2 takes for an end. */
  @Test
  void aRefusalOverHttp2SaysWhy() throws Exception {
    redis.ask("CONFIG", "SET", "maxmemory", "1");
    try (var client = new Http2Client()) {
      Http2Client.Answer answer =
          client.send(
              HttpMethod.POST,
              base,
              "/streams/orders/events",
              Map.of("content-type", "application/cloudevents+json"),
              "{\"specversion\":\"1.0\",\"id\":\"h2\",\"source\":\"/f\",\"type\":\"t\"}");
      assertThat(answer.status()).as(answer.body().toString()).isEqualTo(503);
      assertThat(answer.body().toString()).contains("urn:penstock:problem:redis-full");
    }
  }

  @Test
  void anUndeclaredStreamIsNotCreated() {
    given()
        .contentType("application/cloudevents+json")
        .body("{}")
        .post("/streams/undeclared/events")
        .then()
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-stream"));
    given()
        .get("/streams/undeclared/feed")
        .then()
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-stream"));
    assertThat(redis.ask("HEXISTS", "ps:streams", "undeclared")).isEqualTo(0L);
  }

  @Test
  void aFullRedisRefusesEventsAndTakesThemWhenThereIsRoom() {
    post("room", 10).statusCode(201);
    long before = length();
    redis.ask("CONFIG", "SET", "maxmemory", "1");
    hasProblem(post("no-room", 10), 503, "redis-full");
    assertThat(length()).isEqualTo(before);
    redis.ask("CONFIG", "SET", "maxmemory", "0");
    post("no-room", 10).statusCode(201);
  }

  @Test
  void aForgottenScriptIsLoadedAgain() {
    post("before-flush", 10).statusCode(201);
    redis.ask("SCRIPT", "FLUSH");
    post("after-flush", 10).statusCode(201);
  }

  @Test
  void withoutRedisNothingIsWrittenAndItGoesOnWhenItIsBack() {
    post("before-kill", 10).statusCode(201);
    redis.kill();
    await().untilAsserted(() -> hasProblem(post("while-away", 10), 503, "redis-unavailable"));
    redis.startAgain();
    await().untilAsserted(() -> post("while-away", 10).statusCode(201));
  }

  @Test
  void aHungRedisEndsInUnknownOutcomesAndABoundedQueueAndEachRetryIsAppendedOnce()
      throws Exception {
    post("before-hang", 10).statusCode(201);
    long before = length();
    redis.pause();
    List<String> ids = new ArrayList<>();
    List<Integer> statuses = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> posts = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        String id = "hang-" + i;
        ids.add(id);
        posts.add(clients.submit(() -> post(id, 8 * 1024).extract().statusCode()));
      }
      for (Future<Integer> done : posts) {
        statuses.add(done.get());
      }
    }
    assertThat(statuses).containsOnly(503, 429).contains(503, 429);

    redis.resume();
    for (String id : ids) {
      await().untilAsserted(() -> post(id, 8 * 1024).statusCode(equalToAny(200, 201)));
    }
    assertThat(length()).isEqualTo(before + ids.size());
  }
}
