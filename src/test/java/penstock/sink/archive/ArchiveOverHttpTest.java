package penstock.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.oneOf;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/**
 * Real events in over HTTP, and out into an archive in a real node. However a test ends, the
 * archive equals the log then.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(OpenSearchResource.class)
@TestProfile(ArchiveOverHttpTest.Profile.class)
class ArchiveOverHttpTest {

  private static final String STREAM = "history";
  private static final String INDICES = "over-http-history-*";
  private static final int PARTITIONS = 2;
  private static final int EVENTS = 2_000;

  /** One archive of one stream. */
  public static final class Profile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.projection.backoff", "100ms"),
          Map.entry("penstock.streams.history.partitions", "2"),
          Map.entry("penstock.sinks.history.stream", STREAM),
          Map.entry("penstock.sinks.history.kind", "elasticsearch"),
          Map.entry("penstock.sinks.history.index", "over-http-{stream}-{yyyy}"),
          Map.entry("penstock.sinks.history.template", "true"),
          Map.entry("penstock.sinks.history.retry.first", "10ms"),
          Map.entry("penstock.sinks.history.retry.longest", "500ms"));
    }
  }

  RedisServer redis;
  OpenSearch node;

  @AfterEach
  void theArchiveEqualsTheLog() {
    awaitDone();
    ArchivedLog.assertArchived(
        node, INDICES, ArchivedLog.read(redis, STREAM, PARTITIONS, "history"));
  }

  @Test
  void nothingIsLostWhenTheNodeIsKilled() throws IOException {
    List<JsonObject> events = realEvents();
    append(events.subList(0, EVENTS / 2));
    await().until(() -> node.count(INDICES) > 0);
    node.kill();
    try {
      append(events.subList(EVENTS / 2, EVENTS));
      await().until(() -> status().getString("state").equals("retrying"));
    } finally {
      node.startAgain();
    }
    awaitDone();

    assertThat(node.documents(INDICES).values())
        .extracting(document -> document.getString("id"))
        .containsAll(events.stream().map(event -> event.getString("id")).toList());
  }

  /** Sent again by the producer, and delivered again by an operator. */
  @Test
  void aRepeatIsTheSameDocument() {
    var events = List.of(event("r-1", "{}"), event("r-2", "{}"), event("r-3", "{}"));
    append(events);
    awaitDone();
    post(events)
        .statusCode(200)
        .body("events", hasSize(3))
        .body("events.duplicate", everyItem(is(true)));
    Map<String, JsonObject> before = node.documents(INDICES);
    String lost =
        before.entrySet().stream()
            .filter(one -> one.getValue().getString("id").equals("r-2"))
            .findFirst()
            .orElseThrow()
            .getKey();
    node.ask("DELETE", "/over-http-history-2010/_doc/" + lost);
    assertThat(node.documents(INDICES)).hasSize(before.size() - 1);

    given().post("/sinks/history/replay?from=earliest").then().statusCode(202);

    await().until(() -> node.documents(INDICES).containsKey(lost));
    awaitDone();
    assertThat(node.documents(INDICES)).isEqualTo(before);
  }

  @Test
  void whatTheMappingRefusesIsADeadLetterWithTheReason() {
    append(List.of(event("m-1", "{\"count\":1}")));
    awaitDone();
    append(
        List.of(
            event("m-2", "{\"count\":\"a secret\"}"),
            event("m-3", "{\"count\":{\"n\":1}}"),
            event("m-4", "{\"count\":4}")));
    awaitDone();

    given()
        .get("/streams/history/dead-letters?sink=history")
        .then()
        .statusCode(200)
        .body("deadLetters", hasSize(2))
        .body(
            "deadLetters.find { it.event.id == 'm-2' }.reason",
            containsString("mapper_parsing_exception"))
        .body("deadLetters.find { it.event.id == 'm-2' }.reason", containsString("data.count"))
        .body("deadLetters.find { it.event.id == 'm-2' }.reason", not(containsString("secret")))
        .body("deadLetters.find { it.event.id == 'm-3' }.attempts", equalTo(1));
    given().get("/sinks/history").then().body("deadLetters", equalTo(2));
  }

  /** What a cluster does whose disks are full. */
  @Test
  void anArchiveAtTheFloodStageIsWaitedFor() {
    append(List.of(event("f-1", "{}")));
    awaitDone();
    block("true");
    try {
      append(List.of(event("f-2", "{}"), event("f-3", "{}")));
      await()
          .ignoreExceptions()
          .until(() -> status().getString("lastError.reason").contains("flood-stage"));
      assertThat(status().getLong("lag")).isPositive();
    } finally {
      block("null");
    }
    awaitDone();

    assertThat(node.documents(INDICES).values())
        .extracting(document -> document.getString("id"))
        .contains("f-1", "f-2", "f-3");
  }

  private void block(String value) {
    node.ask(
        "PUT",
        "/over-http-history-2010/_settings",
        "{\"index.blocks.read_only_allow_delete\":" + value + "}");
  }

  /** The query of docs/sinks.md, with what is to be found put in. */
  @Test
  void theDocumentedQueryFindsRealEvents() throws IOException {
    List<JsonObject> events = realEvents();
    append(events);
    awaitDone();
    Instant from = Instant.parse("2009-06-01T00:00:00Z");
    Instant to = Instant.parse("2010-06-01T00:00:00Z");
    List<String> expected =
        events.stream()
            .filter(event -> isBetween(event, from, to))
            .filter(event -> event.getString("type").equals("dev.git.fix"))
            .filter(event -> event.getString("subject").equals("redis/redis"))
            .filter(event -> title(event).matches("(?i).*\\bcompilation\\b.*"))
            .map(event -> event.getString("id"))
            .toList();
    assertThat(expected).hasSizeBetween(2, 100);

    var query = new JsonObject(DocumentedQuery.read("archive search"));
    JsonObject bool = query.getJsonObject("query").getJsonObject("bool");
    JsonArray filter = bool.getJsonArray("filter");
    filter.getJsonObject(0).getJsonObject("term").put("type", "dev.git.fix");
    filter.getJsonObject(1).getJsonObject("term").put("subject", "redis/redis");
    filter
        .getJsonObject(2)
        .getJsonObject("range")
        .getJsonObject("@timestamp")
        .put("gte", from.toString())
        .put("lt", to.toString());
    bool.getJsonObject("must").getJsonObject("multi_match").put("query", "compilation");

    assertThat(node.search(INDICES, query.put("size", 1_000).encode()))
        .extracting(hit -> hit.getJsonObject("_source").getString("id"))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  private static String title(JsonObject event) {
    return event.getJsonObject("data").getString("title");
  }

  private static boolean isBetween(JsonObject event, Instant from, Instant to) {
    Instant time = OffsetDateTime.parse(event.getString("time")).toInstant();
    return !time.isBefore(from) && time.isBefore(to);
  }

  private static JsonPath status() {
    return given().get("/sinks/history").then().statusCode(200).extract().jsonPath();
  }

  private static void awaitDone() {
    await()
        .ignoreExceptions()
        .until(
            () -> {
              JsonPath now = status();
              return now.getLong("lag") == 0
                  && now.getLong("inFlight") == 0
                  && now.getString("partitions[0].replayingUpTo") == null
                  && now.getString("partitions[1].replayingUpTo") == null;
            });
  }

  private static JsonObject event(String id, String data) {
    return new JsonObject()
        .put("specversion", "1.0")
        .put("id", id)
        .put("source", "/t")
        .put("type", "t")
        .put("time", "2010-01-01T00:00:00Z")
        .put("data", new JsonObject(data));
  }

  private static void append(List<JsonObject> events) {
    for (int from = 0; from < events.size(); from += 500) {
      post(events.subList(from, Math.min(from + 500, events.size())));
    }
  }

  private static ValidatableResponse post(List<JsonObject> events) {
    return given()
        .contentType("application/cloudevents-batch+json")
        .body(new JsonArray(List.copyOf(events)).encode().getBytes(StandardCharsets.UTF_8))
        .post("/streams/history/events")
        .then()
        .statusCode(oneOf(200, 201));
  }

  private static List<JsonObject> realEvents() throws IOException {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Files.newInputStream(Path.of("src/test/resources/commits.ndjson.gz"))),
                StandardCharsets.UTF_8))) {
      return lines.lines().limit(EVENTS).map(JsonObject::new).toList();
    }
  }
}
