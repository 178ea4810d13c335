package penstock.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.Partitioner;

/** A stream of eight partitions, {@code sharded}. */
@QuarkusTest
@WithTestResource(RedisResource.class)
class PartitionsTest {

  private static final int PARTITIONS = 8;

  RedisServer redis;

  private final String run = UUID.randomUUID().toString();

  private String event(int number, String subject) {
    return """
        {"specversion":"1.0","id":"%s-%d","source":"/p","type":"t","subject":"%s"}"""
        .formatted(run, number, subject);
  }

  private static JsonPath post(String events, int status) {
    return given()
        .contentType(AppendTest.BATCHED)
        .body(events)
        .post("/streams/sharded/events")
        .then()
        .statusCode(status)
        .extract()
        .jsonPath();
  }

  private List<Map<String, String>> readAll(int limit) {
    List<Map<String, String>> events = new ArrayList<>();
    String cursor = "earliest";
    boolean caughtUp = false;
    while (!caughtUp) {
      JsonPath page =
          given()
              .queryParam("cursor", cursor)
              .queryParam("limit", limit)
              .get("/streams/sharded/events")
              .then()
              .statusCode(200)
              .extract()
              .jsonPath();
      events.addAll(page.getList("events"));
      cursor = page.getString("cursor");
      assertThat(cursor.length()).isLessThanOrEqualTo(128);
      caughtUp = page.getBoolean("caughtUp");
    }
    return events.stream().filter(event -> event.get("id").startsWith(run)).toList();
  }

  @Test
  void eachKeyKeepsItsPartitionAndItsOrderAndPagesMissAndRepeatNothing() {
    JsonPath reply =
        post(
            IntStream.range(0, 1000)
                .mapToObj(i -> event(i, "key-" + i % 50))
                .collect(Collectors.joining(",", "[", "]")),
            201);

    List<String> positions = reply.getList("events.position");
    for (int i = 0; i < positions.size(); i++) {
      assertThat(positions.get(i))
          .startsWith(Partitioner.partition("key-" + i % 50, PARTITIONS) + "/");
    }
    for (int limit : new int[] {1000, 77}) {
      List<Map<String, String>> events = readAll(limit);
      assertThat(events).hasSize(1000).doesNotHaveDuplicates();
      Map<String, Integer> last = new HashMap<>();
      for (Map<String, String> event : events) {
        int number = Integer.parseInt(event.get("id").substring(run.length() + 1));
        Integer before = last.put(event.get("subject"), number);
        assertThat(before == null || before < number).isTrue();
      }
    }
  }

  @Test
  void aRepeatedBatchIsRecognisedInEveryPartition() {
    String batch =
        IntStream.range(0, 40)
            .mapToObj(i -> event(i, "again-" + i))
            .collect(Collectors.joining(",", "[", "]"));
    List<String> first = post(batch, 201).getList("events.position");
    JsonPath again = post(batch, 200);
    assertThat(again.getList("events.position")).isEqualTo(first);
    assertThat(again.getList("events.duplicate")).containsOnly(true);
  }

  @Test
  void theCursorOfAnAppendToSomePartitionsIsNoPlaceToBeginAt() {
    String cursor = post("[" + event(1, "alone") + "]", 201).getString("cursor");
    given()
        .queryParam("cursor", cursor)
        .get("/streams/sharded/events")
        .then()
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-cursor"))
        .body("detail", containsString("at-least"));
  }

  @Test
  void anotherNumberOfPartitionsThanBeforeIsRefusedAloud() {
    redis.ask("HSET", "ps:streams", "changed", "4");
    given()
        .contentType(AppendTest.BATCHED)
        .body("[" + event(1, "s") + "]")
        .post("/streams/changed/events")
        .then()
        .statusCode(503)
        .body("type", equalTo("urn:penstock:problem:partitions-changed"))
        .body("detail", containsString("set it back to 4"));
    given().get("/q/health/ready").then().statusCode(503);
    assertThat(redis.ask("EXISTS", "ps:{changed/0}:events")).isEqualTo(0L);

    redis.ask("HSET", "ps:streams", "changed", "2");
    given().get("/streams/changed").then().statusCode(200);
    given().get("/q/health/ready").then().statusCode(200);
  }
}
