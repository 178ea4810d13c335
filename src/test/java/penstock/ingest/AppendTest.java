package penstock.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

@QuarkusTest
@WithTestResource(RedisResource.class)
class AppendTest {

  static final String STRUCTURED = "application/cloudevents+json";
  static final String BATCHED = "application/cloudevents-batch+json";

  RedisServer redis;
  @Inject Keys keys;

  private final String stream = "append-" + UUID.randomUUID();

  private static String event(String id) {
    return """
        {"specversion":"1.0","id":"%s","source":"/shop","type":"order.placed","subject":"o-1","data":{"total": 1.10}}"""
        .formatted(id);
  }

  private ValidatableResponse post(String contentType, String body) {
    return given().contentType(contentType).body(body).post("/streams/{s}/events", stream).then();
  }

  private JsonPath page(String query) {
    return given()
        .get("/streams/" + stream + "/events" + query)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  @Test
  void anEventIsInTheLogWhenItIsAcknowledged() {
    JsonPath reply =
        post(STRUCTURED, event("1"))
            .statusCode(201)
            .body("events", hasSize(1))
            .body("events[0].id", equalTo("1"))
            .body("events[0].source", equalTo("/shop"))
            .body("events[0].duplicate", equalTo(false))
            .extract()
            .jsonPath();

    JsonPath page = page("");
    assertThat(page.getList("events.id")).containsExactly("1");
    assertThat(page.getBoolean("caughtUp")).isTrue();
    assertThat(page.getString("cursor")).isEqualTo(reply.getString("cursor"));
  }

  @Test
  void dataKeepsItsDigits() {
    post(STRUCTURED, event("1"));
    assertThat(given().get("/streams/{s}/events", stream).asString())
        .contains("\"data\":{\"total\":1.10}");
  }

  @Test
  void aRepeatedEventIsToldItsFirstPositionAndIsNotAppendedAgain() {
    String first =
        post(STRUCTURED, event("1")).statusCode(201).extract().path("events[0].position");
    post(STRUCTURED, event("1"))
        .statusCode(200)
        .body("events[0].duplicate", equalTo(true))
        .body("events[0].position", equalTo(first));
    post(BATCHED, "[" + event("1") + "," + event("2") + "," + event("2") + "]")
        .statusCode(201)
        .body("events.duplicate", equalTo(List.of(true, false, true)));
    assertThat(page("").getList("events.id")).containsExactly("1", "2");
  }

  @Test
  void aRequestLargerThanOneScriptIsAppendedWholeAndInOrder() {
    String batch =
        IntStream.range(0, 1000)
            .mapToObj(i -> event("e" + i))
            .collect(Collectors.joining(",", "[", "]"));
    post(BATCHED, batch).statusCode(201).body("events", hasSize(1000));

    List<String> ids = new ArrayList<>();
    String cursor = "earliest";
    boolean caughtUp = false;
    while (!caughtUp) {
      JsonPath page = page("?limit=300&cursor=" + cursor);
      ids.addAll(page.getList("events.id"));
      cursor = page.getString("cursor");
      caughtUp = page.getBoolean("caughtUp");
    }
    assertThat(ids).isEqualTo(IntStream.range(0, 1000).mapToObj(i -> "e" + i).toList());
  }

  @Test
  void manyAtOnceAreEachAppendedOnce() throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> posts = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        String id = "c" + i % 200;
        posts.add(() -> post(STRUCTURED, event(id)).extract().statusCode());
      }
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> done : clients.invokeAll(posts)) {
        statuses.add(done.get());
      }
      assertThat(statuses).containsOnly(200, 201);
      assertThat(statuses.stream().filter(status -> status == 201)).hasSize(200);
    }
    assertThat(page("?limit=1000").getList("events.id")).hasSize(200).doesNotHaveDuplicates();
  }

  @Test
  void aBatchWithOneBadEventWritesNothing() {
    post(BATCHED, "[" + event("1") + ",{\"specversion\":\"1.0\",\"id\":\"2\",\"type\":\"t\"}]")
        .statusCode(400)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:penstock:problem:invalid-event"))
        .body("errors[0].event", equalTo(1))
        .body("errors[0].attribute", equalTo("source"));
    assertThat(redis.ask("EXISTS", "ps:{" + stream + "/0}:events")).isEqualTo(0L);
  }

  @Test
  void plainJsonIsWrapped() {
    given()
        .contentType("application/json")
        .header("Idempotency-Key", "k1")
        .queryParam("type", "note")
        .queryParam("subject", "s")
        .body("{\"a\": [1, 2]}")
        .post("/streams/{s}/events", stream)
        .then()
        .statusCode(201)
        .body("events[0].id", equalTo("k1"))
        .body("events[0].source", equalTo("/streams/" + stream));
    given()
        .contentType("application/json")
        .body("{}")
        .post("/streams/{s}/events", stream)
        .then()
        .statusCode(400)
        .body("errors[0].attribute", equalTo("type"));
  }

  @Test
  void aBodyOverTheLimitIsRefusedWithoutBeingRead() {
    post(STRUCTURED, "x".repeat(9 * 1024 * 1024))
        .statusCode(413)
        .body("type", equalTo("urn:penstock:problem:body-too-large"));
  }

  @Test
  void anEventOverTheLimitIsRefused() {
    post(STRUCTURED, event("1").replace("1.10", "\"" + "x".repeat(256 * 1024) + "\""))
        .statusCode(413)
        .body("type", equalTo("urn:penstock:problem:event-too-large"));
  }

  @Test
  void anotherContentTypeIsRefusedWithWhatIsAccepted() {
    post("text/plain", "hello")
        .statusCode(415)
        .body("detail", containsString("application/cloudevents+json"));
    given()
        .contentType(STRUCTURED)
        .header("Content-Encoding", "br")
        .body(event("1"))
        .post("/streams/{s}/events", stream)
        .then()
        .statusCode(415);
  }

  @Test
  void aNameOutsideThePatternIsRefused() {
    given()
        .contentType(STRUCTURED)
        .body(event("1"))
        .post("/streams/Not_A_Name/events")
        .then()
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-name"));
  }

  @Test
  void badParametersOfAPageAreRefused() {
    post(STRUCTURED, event("1"));
    for (String query :
        List.of(
            "limit=-1",
            "limit=0",
            "limit=1001",
            "limit=x",
            "cursor=nonsense",
            "cursor=",
            "type=",
            "limit=1&limit=2")) {
      given()
          .get("/streams/" + stream + "/events?" + query)
          .then()
          .statusCode(400)
          .contentType("application/problem+json")
          .body("type", startsWith("urn:penstock:problem:invalid-"));
    }
  }

  @Test
  void aCursorOfAnotherStreamIsGone() {
    String foreign = post(STRUCTURED, event("1")).extract().path("cursor");
    String other = "other-" + UUID.randomUUID();
    given().contentType(STRUCTURED).body(event("1")).post("/streams/{s}/events", other);
    JsonPath problem =
        given()
            .get("/streams/{s}/events?cursor={c}", other, foreign)
            .then()
            .statusCode(410)
            .body("reason", equalTo("foreign"))
            .extract()
            .jsonPath();
    given()
        .get("/streams/{s}/events?cursor={c}", other, problem.getString("earliest"))
        .then()
        .statusCode(200);
  }

  @Test
  void aPagePassesOverWhatIsNoEvent() {
    String log = keys.partition(stream, 0).events();
    for (int i = 1; i <= 3; i++) {
      redis.ask("XADD", log, "*", "hello", "world");
      post(STRUCTURED, event("" + i));
      redis.ask("XADD", log, "*", "hello", "world");
    }
    assertThat(page("?limit=2").getList("events.id")).containsExactly("1", "2");
    List<String> walked = new ArrayList<>();
    JsonPath page = page("?limit=1");
    while (!page.getList("events").isEmpty()) {
      walked.addAll(page.getList("events.id"));
      page = page("?limit=1&cursor=" + page.getString("cursor"));
    }
    assertThat(walked).containsExactly("1", "2", "3");
    assertThat(page.getBoolean("caughtUp")).isTrue();
    post(STRUCTURED, event("4"));
    assertThat(page("?cursor=" + page.getString("cursor")).getList("events.id"))
        .containsExactly("4");
  }

  @Test
  void filtersNarrowAPage() {
    post(
        BATCHED,
        "["
            + event("1")
            + ","
            + event("2").replace("o-1", "o-2")
            + ","
            + event("3").replace("placed", "paid")
            + "]");
    assertThat(page("?subject=o-2").getList("events.id")).containsExactly("2");
    assertThat(page("?type=order.paid").getList("events.id")).containsExactly("3");
    assertThat(page("?subject=o-1&type=order.placed").getList("events.id")).containsExactly("1");
    assertThat(page("?subject=none").getList("events.id")).isEmpty();
    assertThat(page("?cursor=latest").getList("events.id")).isEmpty();
  }

  @Test
  void anUnknownStreamIsNotFound() {
    given()
        .get("/streams/never-made/events")
        .then()
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-stream"));
    given().get("/streams/never-made").then().statusCode(404);
  }

  @Test
  void aStreamTellsOfItself() {
    post(BATCHED, "[" + event("1") + "," + event("2") + "]");
    given()
        .get("/streams/{s}", stream)
        .then()
        .statusCode(200)
        .body("length", equalTo(2))
        .body("partitions[0].appended", equalTo(2))
        .body("partitions[0].term", equalTo(1));
    assertThat(given().get("/streams").jsonPath().getList("streams.name")).contains(stream);
  }
}
