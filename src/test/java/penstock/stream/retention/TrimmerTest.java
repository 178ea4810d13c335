package penstock.stream.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** The streams are declared with short retentions, and trimmed five times a second. */
@QuarkusTest
@WithTestResource(RedisResource.class)
class TrimmerTest {

  RedisServer redis;

  private final String run = UUID.randomUUID().toString();

  private JsonPath post(String stream, int from, int to) {
    return given()
        .contentType("application/cloudevents-batch+json")
        .body(
            IntStream.range(from, to)
                .mapToObj(
                    i ->
                        "{\"specversion\":\"1.0\",\"id\":\"%s-%d\",\"source\":\"/r\",\"type\":\"t\",\"subject\":\"s\"}"
                            .formatted(run, i))
                .collect(Collectors.joining(",", "[", "]")))
        .post("/streams/{s}/events", stream)
        .then()
        .statusCode(201)
        .extract()
        .jsonPath();
  }

  private long length(String stream) {
    return (Long) redis.ask("XLEN", events(stream));
  }

  private static String events(String stream) {
    return "ps:{" + stream + "/0}:events";
  }

  private List<String> ids(String stream) {
    return given()
        .get("/streams/" + stream + "/events?limit=1000")
        .then()
        .statusCode(200)
        .extract()
        .path("events.id");
  }

  private String mine(int number) {
    return run + "-" + number;
  }

  /** As after a consumer that stood in the way for long: what comes then is trimmed too. */
  @Test
  void aMillionThatMayGoAtOnceDoes() {
    post("kept-short", 0, 1);
    redis.ask(
        "EVAL",
        "for i = 1, 1000000 do redis.call('XADD', KEYS[1], '*', 'f', 'v') end",
        1,
        events("kept-short"));
    await().untilAsserted(() -> assertThat(length("kept-short")).isEqualTo(10));
    post("kept-short", 1, 31);
    await().untilAsserted(() -> assertThat(length("kept-short")).isEqualTo(10));
    assertThat(ids("kept-short")).isEqualTo(IntStream.range(21, 31).mapToObj(this::mine).toList());
  }

  @Test
  void keepsExactlyTheGreatestLengthAndResetsReadersThatStoodBefore() {
    String before = post("kept-short", 0, 1).getString("cursor");
    String last = post("kept-short", 1, 345).getString("cursor");
    await().untilAsserted(() -> assertThat(length("kept-short")).isEqualTo(10));
    assertThat(ids("kept-short"))
        .isEqualTo(IntStream.range(335, 345).mapToObj(this::mine).toList());

    given()
        .queryParam("cursor", before)
        .get("/streams/kept-short/events")
        .then()
        .statusCode(410)
        .body("reason", equalTo("trimmed"));
    given().queryParam("cursor", last).get("/streams/kept-short/events").then().statusCode(200);
  }

  @Test
  void aReaderThatStandsAtTheLastEventRemovedMissesNothing() {
    JsonPath posted = post("kept-short", 0, 100);
    await().untilAsserted(() -> assertThat(length("kept-short")).isEqualTo(10));
    String removedLast = posted.getString("events[89].position");
    assertThat(redis.ask("HGET", "ps:{kept-short/0}:log", "trimmed")).hasToString(removedLast);
  }

  @Test
  void aLogThatCannotBeTrimmedDoesNotKeepTheOthersFromIt() {
    for (String other : List.of("kept-hard", "kept-young")) {
      redis.ask("DEL", events(other));
      redis.ask("SET", events(other), "no log");
    }
    post("kept-short", 0, 50);
    await().untilAsserted(() -> assertThat(length("kept-short")).isEqualTo(10));
    for (String other : List.of("kept-hard", "kept-young")) {
      redis.ask("DEL", events(other));
    }
    post("kept-young", 0, 50);
    await().untilAsserted(() -> assertThat(length("kept-young")).isZero());
  }

  @Test
  void removesWhatIsTooOld() {
    post("kept-young", 0, 250);
    await().untilAsserted(() -> assertThat(length("kept-young")).isZero());
    var next = new AtomicInteger(250);
    // What is young may be old before a busy machine gets round to looking.
    await()
        .untilAsserted(
            () -> {
              int number = next.getAndIncrement();
              await().until(() -> length("kept-young") == 0);
              post("kept-young", number, number + 1);
              assertThat(ids("kept-young")).containsExactly(mine(number));
            });
  }

  @Test
  void waitsForAConsumerAndTheHardLimitDoesNot() {
    redis.ask("XGROUP", "CREATE", events("kept-hard"), "slow", "0", "MKSTREAM");
    post("kept-hard", 0, 300);
    redis.ask(
        "XREADGROUP", "GROUP", "slow", "me", "COUNT", "50", "STREAMS", events("kept-hard"), ">");
    await().until(() -> blocked() == 1);
    assertThat(length("kept-hard")).isEqualTo(300);

    post("kept-hard", 300, 1200);
    await().untilAsserted(() -> assertThat(length("kept-hard")).isEqualTo(500));
    // What is gone from Redis is counted when its reply has come.
    await()
        .untilAsserted(
            () ->
                assertThat(
                        Meters.read(
                            "penstock_stream_trimmed_unconsumed_total", "stream", "kept-hard"))
                    .isEqualTo(700));

    redis.ask("XGROUP", "DESTROY", events("kept-hard"), "slow");
    await().untilAsserted(() -> assertThat(length("kept-hard")).isEqualTo(10));
    await().untilAsserted(() -> assertThat(blocked()).isZero());
  }

  private static double blocked() {
    return Meters.read("penstock_stream_retention_blocked", "stream", "kept-hard");
  }
}
