package penstock.stream.removal;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(StreamRemovalTest.Settings.class)
class StreamRemovalTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create",
          "true",
          "penstock.streams.gone-wide.partitions",
          "2",
          "penstock.streams.gone-viewed.partitions",
          "1",
          "penstock.views.gone-counts.stream",
          "gone-viewed",
          "penstock.views.gone-counts.fold",
          "count",
          "penstock.presence.ttl.min",
          "300ms");
    }
  }

  private static final String JSON = "application/json";

  RedisServer redis;
  @TestHTTPResource URI base;

  private static ValidatableResponse append(String stream, String id, String... headers) {
    var request = given().contentType("application/json").header("Idempotency-Key", id);
    for (int i = 0; i < headers.length; i += 2) {
      request = request.header(headers[i], headers[i + 1]);
    }
    return request
        .queryParam("type", "t")
        .queryParam("subject", "s-" + id)
        .body("{\"n\":1}")
        .post("/streams/{s}/events", stream)
        .then();
  }

  private static ValidatableResponse delete(String stream) {
    return given().delete("/streams/{s}", stream).then();
  }

  private static List<String> ids(String stream) {
    return given()
        .get("/streams/{s}/events?limit=1000", stream)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath()
        .getList("events.id");
  }

  private static JsonPath group(String stream, String what, String body) {
    return given()
        .contentType(JSON)
        .body(body)
        .post("/streams/" + stream + "/groups/g/" + what)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  private static void makeGroup(String stream) {
    given()
        .contentType(JSON)
        .body("{}")
        .put("/streams/{s}/groups/g", stream)
        .then()
        .statusCode(201);
  }

  private List<?> keys(String pattern) {
    return (List<?>) redis.ask("KEYS", pattern);
  }

  @Test
  void nothingIsLeftOfAStream() {
    for (String id : List.of("a", "b", "c")) {
      append("gone", id).statusCode(201);
    }
    append("gone", "later", "Penstock-Deliver-After", "1h").statusCode(202);
    makeGroup("gone");
    List<String> out = group("gone", "pull", "{\"max\":2}").getList("messages.ackId");
    group("gone", "nack", "{\"drop\":true,\"ackIds\":[\"" + out.getFirst() + "\"]}");
    assertThat(keys("ps:{gone/0}:*")).hasSizeGreaterThan(6);
    assertThat(redis.ask("ZSCORE", "ps:{due}:next", "events/gone/0")).isNotNull();

    delete("gone").statusCode(204);
    assertThat(keys("ps:{gone/0}:*")).isEmpty();
    assertThat(redis.ask("HGET", "ps:streams", "gone")).isNull();
    assertThat(redis.ask("ZSCORE", "ps:{due}:next", "events/gone/0")).isNull();
    given().get("/streams/gone").then().statusCode(404);
    delete("gone").statusCode(404).body("type", equalTo("urn:penstock:problem:unknown-stream"));

    append("gone", "a").statusCode(201);
    assertThat(ids("gone")).as("what was seen before is new").containsExactly("a");
    given().get("/streams/gone/groups").then().statusCode(200).body("groups", equalTo(List.of()));
    assertThat(given().get("/streams/gone/dead-letters").jsonPath().getList("deadLetters"))
        .isEmpty();
    assertThat(given().get("/streams/gone/scheduled").jsonPath().getList("scheduled")).isEmpty();
    makeGroup("gone");
    assertThat(
            group("gone", "ack", "{\"ackIds\":[\"" + out.getLast() + "\"]}")
                .getList("results.status"))
        .containsExactly("stale");
    append("gone", "soon", "Penstock-Deliver-After", "100ms").statusCode(202);
    await().until(() -> ids("gone").equals(List.of("a", "soon")));
  }

  @Test
  void whoFollowsGetsAResetAndGoesOn() {
    append("gone-followed", "a").statusCode(201);
    try (var readers = new FeedReaders(base)) {
      FeedClient reader = readers.live("/streams/gone-followed/feed?cursor=earliest", null);
      delete("gone-followed").statusCode(204);
      await().until(() -> !reader.messages("reset").isEmpty());
      assertThat(reader.messages("reset").getFirst().data()).contains("new-life");
      append("gone-followed", "b").statusCode(201);
      await()
          .until(
              () ->
                  reader.messages("message").stream()
                      .anyMatch(one -> one.data().contains("\"id\":\"b\"")));
    }
  }

  @Test
  void itsViewsBeginAnew() {
    append("gone-viewed", "a").statusCode(201);
    append("gone-viewed", "b").statusCode(201);
    await().until(() -> entries().size() == 2);
    delete("gone-viewed").statusCode(204);
    await().until(() -> entries().isEmpty());
    append("gone-viewed", "b").statusCode(201);
    await().until(() -> entries().equals(List.of("s-b")));
  }

  private static List<Object> entries() {
    return given().get("/views/gone-counts/entries").jsonPath().getList("entries.key");
  }

  @Test
  void membersAreForgottenUntoldAndJoinAnew() {
    for (int i = 0; i < 300; i++) {
      given().put("/presence/gone-" + i % 7 + "/m" + i + "?ttl=1h").then().statusCode(201);
    }
    delete("presence").statusCode(204);
    assertThat(keys("ps:{presence/0}:due*")).isEmpty();
    assertThat(given().get("/presence/gone-1").jsonPath().getList("members")).isEmpty();
    given().put("/presence/gone-1/m1?ttl=300ms").then().statusCode(201);
    await()
        .until(
            () ->
                given()
                    .get("/streams/presence/events")
                    .jsonPath()
                    .getList("events.type")
                    .equals(List.of("presence.joined", "presence.timed-out")));
  }

  /** Also the notice by which an instance learns of it. */
  @Test
  void aStreamThatWasRefusedHasTheDeclaredPartitionsThen() {
    append("gone-wide", "a").statusCode(201);
    redis.ask("HSET", "ps:streams", "gone-wide", "3");
    redis.ask("PUBLISH", "ps:streams", "");
    await().until(() -> given().get("/streams/gone-wide").statusCode() == 503);
    delete("gone-wide").statusCode(204);
    given().get("/streams/gone-wide").then().statusCode(200).body("length", equalTo(0));
    append("gone-wide", "b").statusCode(201);
    assertThat(redis.ask("HGET", "ps:streams", "gone-wide")).isEqualTo("2");
  }

  /** Another instance removed it, and this one has not heard of it. */
  @Test
  void whatIsAppendedToAStreamThatIsGoneIsInTheRegistry() {
    append("gone-unheard", "a").statusCode(201);
    redis.ask("DEL", "ps:{gone-unheard/0}:events", "ps:{gone-unheard/0}:log");
    redis.ask("HDEL", "ps:streams", "gone-unheard");
    append("gone-unheard", "b").statusCode(201);
    assertThat(redis.ask("HGET", "ps:streams", "gone-unheard")).isEqualTo("1");
    assertThat(ids("gone-unheard")).containsExactly("b");
  }

  @Test
  void whatIsAcknowledgedAfterARemovalIsThere() throws Exception {
    var over = new AtomicBoolean();
    var removals = new ConcurrentLinkedQueue<Integer>();
    try (ExecutorService threads = Executors.newFixedThreadPool(5)) {
      List<Future<List<String>>> producers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        producers.add(
            threads.submit(
                () -> {
                  // those that were begun after the last removal was answered
                  List<String> last = new ArrayList<>();
                  int removed = 0;
                  while (!over.get()) {
                    int now = removals.size();
                    if (now > removed) {
                      last.clear();
                      removed = now;
                    }
                    String id = UUID.randomUUID().toString();
                    append("gone-raced", id).statusCode(201);
                    last.add(id);
                  }
                  return last;
                }));
      }
      for (int i = 0; i < 20; i++) {
        await().until(() -> given().get("/streams/gone-raced").statusCode() == 200);
        delete("gone-raced").statusCode(204);
        removals.add(i);
      }
      await().until(() -> given().get("/streams/gone-raced").jsonPath().getInt("length") > 20);
      over.set(true);
      List<String> expected = new ArrayList<>();
      for (Future<List<String>> producer : producers) {
        expected.addAll(producer.get());
      }
      assertThat(ids("gone-raced")).containsAll(expected);
      assertThat(redis.ask("HGET", "ps:streams", "gone-raced")).isEqualTo("1");
    }
  }
}
