package penstock.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static penstock.Requests.awaitReady;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.security.FeedWitness;
import penstock.security.IssuerResource;
import penstock.security.TestIssuer;

/** Limits of tenants over HTTP, each for a tenant of its own. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(TenantLimitsTest.Settings.class)
class TenantLimitsTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.auth.tenant-claim", "org"),
          Map.entry("penstock.streams.orders.partitions", "1"),
          Map.entry("penstock.tenants.count-interval", "50ms"),
          Map.entry("penstock.tenants.overrides.slow.events-per-second", "1"),
          Map.entry("penstock.tenants.overrides.brisk.events-per-second", "100"),
          Map.entry("penstock.tenants.overrides.heavy.bytes-per-second", "1K"),
          Map.entry("penstock.tenants.overrides.heavy.burst", "10s"),
          Map.entry("penstock.tenants.overrides.away.events-per-second", "10000"),
          Map.entry("penstock.tenants.limits.subscribers", "2"),
          Map.entry("penstock.tenants.overrides.keeper.stored-events", "5"),
          Map.entry("penstock.tenants.overrides.waiter.delayed-events", "3"));
    }
  }

  @TestHTTPResource URI base;
  TestIssuer issuer;
  RedisServer redis;

  private String token(String tenant) {
    var rights = new JsonObject();
    List.of("publish", "read", "admin")
        .forEach(right -> rights.put(right, new JsonArray().add("*")));
    return issuer.token(issuer.claims("someone").put("penstock", rights).put("org", tenant));
  }

  private RequestSpecification as(String tenant) {
    return given().header("Authorization", "Bearer " + token(tenant));
  }

  private static String event(String id, String data) {
    return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\",\"data\":\"%s\"}"
        .formatted(id, data);
  }

  private Response post(String tenant, String id) {
    return post(tenant, id, "");
  }

  private Response post(String tenant, String id, String data) {
    return as(tenant)
        .contentType("application/cloudevents+json")
        .body(event(id, data))
        .post("/streams/orders/events");
  }

  private Response batch(String tenant, String prefix, int size) {
    return as(tenant)
        .contentType("application/cloudevents-batch+json")
        .body(
            IntStream.range(0, size)
                .mapToObj(i -> event(prefix + i, ""))
                .collect(Collectors.joining(",", "[", "]")))
        .post("/streams/orders/events");
  }

  @Test
  void whoAppendsTooManyEventsIsToldWhenToComeBack() {
    // more than the bucket has, which is paid for by minutes in which there is nothing
    assertThat(batch("slow", "e", 900).statusCode()).isEqualTo(201);
    for (int i = 0; i < 3; i++) {
      Response refused = post("slow", "more");
      refused
          .then()
          .statusCode(429)
          .contentType("application/problem+json")
          .header("Retry-After", notNullValue())
          .header("RateLimit-Limit", "1")
          .header("RateLimit-Remaining", "0")
          .header("RateLimit-Reset", notNullValue())
          .header("RateLimit-Policy", "\"events\";q=1;w=1")
          .body("type", equalTo("urn:penstock:problem:rate-limited"))
          .body("eventsPerSecond", equalTo(1));
    }
    // what is refused was not written, and others are not concerned
    as("slow").get("/streams/orders/events?limit=1000").then().body("events.size()", equalTo(900));
    assertThat(post("quick", "more").statusCode()).isEqualTo(201);
  }

  @Test
  void whoWaitedMayAppendAgain() {
    assertThat(batch("brisk", "e", 900).statusCode()).isEqualTo(201);
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(post("brisk", "again").statusCode()).isEqualTo(201));
  }

  @Test
  void bytesAreCountedDecompressed() {
    assertThat(post("heavy", "large", "x".repeat(20_000)).statusCode()).isEqualTo(201);
    post("heavy", "small")
        .then()
        .statusCode(429)
        .header("RateLimit-Policy", "\"bytes\";q=1024;w=1")
        .body("bytesPerSecond", equalTo(1024));
  }

  @Test
  void whatIsKeptIsBounded() {
    assertThat(batch("keeper", "a", 5).statusCode()).isEqualTo(201);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                post("keeper", "more")
                    .then()
                    .statusCode(429)
                    .header("Retry-After", notNullValue())
                    .body("type", equalTo("urn:penstock:problem:quota-exceeded"))
                    .body("limit", equalTo("stored-events")));
    as("keeper").delete("/streams/orders").then().statusCode(204);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(post("keeper", "again").statusCode()).isEqualTo(201));
  }

  @Test
  void whatWaitsIsBounded() {
    for (int i = 0; i < 3; i++) {
      assertThat(later("waiter", "w" + i).statusCode()).isEqualTo(202);
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                later("waiter", "more")
                    .then()
                    .statusCode(429)
                    .body("limit", equalTo("delayed-events")));
    assertThat(post("waiter", "now").statusCode()).isEqualTo(201);
  }

  private Response later(String tenant, String id) {
    return as(tenant)
        .contentType("application/cloudevents+json")
        .header("Penstock-Deliver-After", "1h")
        .body(event(id, ""))
        .post("/streams/orders/events");
  }

  private FeedWitness follow(String tenant) {
    return FeedWitness.withToken(base, "/streams/orders/feed", token(tenant));
  }

  @Test
  void readersAreBoundedByTenant() {
    List<FeedWitness> open = new ArrayList<>();
    try {
      for (String tenant : List.of("reader", "reader", "other", "other")) {
        open.add(follow(tenant));
        open.getLast().awaitSeen("caught-up");
      }
      open.add(follow("reader"));
      open.getLast().awaitSeen("too-many-of-tenant");
      open.get(0).close();
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () -> {
                try (FeedWitness next = follow("reader")) {
                  assertThat(next.awaitSeen("data:").seen()).doesNotContain("too-many-of-tenant");
                }
              });
    } finally {
      open.forEach(FeedWitness::close);
    }
  }

  @Test
  void whileRedisIsAwayItIsThatWhichIsTold() {
    assertThat(post("away", "first").statusCode()).isEqualTo(201);
    redis.stop();
    try {
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(batch("away", "b", 900).statusCode()).isEqualTo(503));
    } finally {
      redis.startAgain();
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(post("away", "second").statusCode()).isEqualTo(201));
    // what it has left of a slice needs no bucket; the other tests do
    awaitReady();
  }
}
