package penstock.schedule.delayed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.Meters;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.log.LogWriter;

/** Delayed events over HTTP, with delays of seconds: a busy machine takes its time to answer. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(DelayedEventsTest.Profile.class)
class DelayedEventsTest {

  public static final class Profile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.projection.enabled", "false",
          "penstock.streams.many.partitions", "1",
          "penstock.schedule.max-events", "100000");
    }
  }

  private static final String EVENT = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";
  private static final String AFTER = "Penstock-Deliver-After";

  RedisServer redis;
  @Inject LogWriter writer;

  private final String stream = "d-" + UUID.randomUUID();

  @BeforeEach
  void connect() {
    writer.awaitLink();
  }

  @AfterEach
  void mend() {
    redis.ask("CONFIG", "SET", "maxmemory", "0");
  }

  private static String event(String id, String more) {
    return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/d\",\"type\":\"t\"%s}"
        .formatted(id, more);
  }

  private static String at(String time) {
    return ",\"deliverat\":\"" + time + "\"";
  }

  private String in(long millis) {
    return Instant.ofEpochMilli(now() + millis).toString();
  }

  private long now() {
    List<?> time = (List<?>) redis.ask("TIME");
    return Long.parseLong(time.get(0).toString()) * 1_000
        + Long.parseLong(time.get(1).toString()) / 1_000;
  }

  private ValidatableResponse post(String body) {
    return given().contentType(EVENT).body(body).post("/streams/{s}/events", stream).then();
  }

  private ValidatableResponse post(String body, String delay) {
    return given()
        .contentType(EVENT)
        .header(AFTER, delay)
        .body(body)
        .post("/streams/{s}/events", stream)
        .then();
  }

  private ValidatableResponse postPlain(String key, String body) {
    return given()
        .contentType("application/json")
        .header("Idempotency-Key", key)
        .header(AFTER, "1h")
        .queryParam("type", "t")
        .body(body)
        .post("/streams/{s}/events", stream)
        .then();
  }

  @Test
  void aKeyThatStandsForAnotherEventThatWaitsIsRefused() {
    String id =
        postPlain("k", "{\"n\":1}").statusCode(202).extract().path("events[0].scheduled.id");
    postPlain("k", "{ \"n\" : 1 }").statusCode(202).body("events[0].duplicate", equalTo(true));
    postPlain("k", "{\"n\":2}")
        .statusCode(422)
        .body("type", equalTo("urn:penstock:problem:idempotency-key-reused"));
    given().delete("/streams/{s}/scheduled/{id}", stream, id).then().statusCode(204);
    postPlain("k", "{\"n\":2}").statusCode(202).body("events[0].duplicate", equalTo(false));
  }

  private ValidatableResponse postBatch(String... events) {
    return given()
        .contentType(BATCH)
        .body("[" + String.join(",", events) + "]")
        .post("/streams/{s}/events", stream)
        .then();
  }

  private JsonPath log() {
    return given()
        .get("/streams/{s}/events?limit=1000", stream)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  private List<String> ids() {
    return log().getList("events.id");
  }

  private ValidatableResponse scheduled(String id) {
    return given().get("/streams/{s}/scheduled/{id}", stream, id).then();
  }

  private JsonPath page(String query) {
    return given()
        .get("/streams/" + stream + "/scheduled?" + query)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  private void awaitIds(String... ids) {
    await().untilAsserted(() -> assertThat(ids()).containsExactly(ids));
  }

  private void assertNothingIsLeft() {
    assertThat(page("limit=1000").getList("scheduled")).isEmpty();
    assertThat((List<?>) redis.ask("KEYS", "ps:{" + stream + "/0}:due*")).isEmpty();
  }

  @Test
  void theHeaderDelaysAnEvent() {
    long before = now();
    String id =
        post(event("later", ",\"data\":{\"n\":1.00000000000000000001}"), "2s")
            .statusCode(202)
            .body("events", hasSize(1))
            .body("events[0].id", equalTo("later"))
            .body("events[0].source", equalTo("/d"))
            .body("events[0].duplicate", equalTo(false))
            .extract()
            .path("events[0].scheduled.id");
    Instant due =
        Instant.parse(
            scheduled(id).statusCode(200).body("id", equalTo(id)).extract().path("deliverAt"));
    assertThat(due.toEpochMilli()).isBetween(before + 2_000, now() + 2_000);
    awaitIds("later");
    String position =
        (String)
            ((List<?>)
                    ((List<?>) redis.ask("XRANGE", "ps:{" + stream + "/0}:events", "-", "+"))
                        .get(0))
                .get(0);
    assertThat(Long.parseLong(position.split("-")[0])).isGreaterThanOrEqualTo(due.toEpochMilli());
    assertThat(given().get("/streams/{s}/events", stream).asString())
        .contains("{\"n\":1.00000000000000000001}")
        .doesNotContain("deliverat");
    scheduled(id)
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-scheduled-event"));
    assertNothingIsLeft();
  }

  @Test
  void someOfABatchMayBeDelayed() {
    String soon = in(4_200);
    JsonPath reply =
        postBatch(event("b", at(soon)), event("now", ""), event("a", at(in(4_000))))
            .statusCode(202)
            .extract()
            .jsonPath();
    assertThat(reply.getString("events[0].scheduled.deliverAt")).isEqualTo(soon);
    assertThat(reply.getString("events[1].position")).matches("\\d+-\\d+");
    assertThat(reply.getString("events[1].scheduled")).isNull();
    assertThat(reply.getString("events[2].position")).isNull();
    assertThat(ids()).startsWith("now");
    // The cursor is of what is in the log: the rest is read from there.
    awaitIds("now", "a", "b");
    assertThat(
            given()
                .queryParam("cursor", reply.getString("cursor"))
                .get("/streams/{s}/events", stream)
                .jsonPath()
                .getList("events.id"))
        .isEqualTo(List.of("a", "b"));
    assertThat(log().getString("events[2].deliverat")).isEqualTo(soon);
  }

  @Test
  void anEventsOwnTimeGoesBeforeTheHeaders() {
    post(event("own", at("2020-02-29T12:00:00+01:00")), "1h").statusCode(201);
    assertThat(ids()).containsExactly("own");
  }

  @Test
  void whatHasPassedEntersAtOnce() {
    post(event("past", at(in(-1_000)))).statusCode(201).body("events[0].duplicate", equalTo(false));
    post(event("zero", ""), "0s").statusCode(201);
    post(event("past", at(in(-1_000)))).statusCode(200).body("events[0].duplicate", equalTo(true));
    assertThat(ids()).containsExactly("past", "zero");
  }

  @Test
  void aRepeatIsRecognisedWhileItWaitsAndAfter() {
    String first =
        post(event("twice", ""), "2s").statusCode(202).extract().path("events[0].scheduled.id");
    post(event("twice", ""), "1h")
        .statusCode(202)
        .body("events[0].scheduled.id", equalTo(first))
        .body("events[0].duplicate", equalTo(true));
    awaitIds("twice");
    post(event("twice", ""), "300ms").statusCode(200).body("events[0].duplicate", equalTo(true));
    post(event("twice", "")).statusCode(200);
    assertThat(ids()).containsExactly("twice");
    assertNothingIsLeft();
  }

  @Test
  void repeatsWithinABatchAreOne() {
    String soon = in(3_000);
    postBatch(event("x", at(soon)), event("x", at(soon)))
        .statusCode(202)
        .body("events.duplicate", equalTo(List.of(false, true)));
    awaitIds("x");
    assertNothingIsLeft();
  }

  @Test
  void whatIsInTheLogWhenItIsDueIsNotAppendedAgain() {
    post(event("raced", ""), "2s").statusCode(202);
    post(event("raced", "")).statusCode(201);
    await().until(() -> page("limit=1000").getList("scheduled").isEmpty());
    assertThat(ids()).containsExactly("raced");
    assertNothingIsLeft();
    assertThat(Meters.read("penstock_schedule_duplicates_total", "stream", stream)).isEqualTo(1);
  }

  @Test
  void oneThatIsCancelledNeverComes() {
    String id =
        post(event("gone", ""), "2s").statusCode(202).extract().path("events[0].scheduled.id");
    given().delete("/streams/{s}/scheduled/{id}", stream, id).then().statusCode(204);
    given().delete("/streams/{s}/scheduled/{id}", stream, id).then().statusCode(404);
    post(event("after", ""), "2500ms").statusCode(202);
    awaitIds("after");
    assertNothingIsLeft();
    // What was cancelled may be sent again.
    post(event("gone", "")).statusCode(201);
  }

  @Test
  void oneThatIsMovedComesThen() {
    String id =
        post(event("moved", ""), "1h").statusCode(202).extract().path("events[0].scheduled.id");
    String other =
        post(event("other", ""), "1h").statusCode(202).extract().path("events[0].scheduled.id");
    given()
        .put("/streams/{s}/scheduled/{id}?deliver-after=2h", stream, other)
        .then()
        .statusCode(200)
        .body("id", equalTo(other))
        .body("event.id", equalTo("other"));
    String to = in(300);
    given()
        .queryParam("deliver-at", to)
        .put("/streams/{s}/scheduled/{id}", stream, id)
        .then()
        .statusCode(200)
        .body("deliverAt", equalTo(to));
    awaitIds("moved");
    assertThat(page("limit=1000").getList("scheduled.id")).isEqualTo(List.of(other));
    given()
        .put("/streams/{s}/scheduled/{id}?deliver-after=0s", stream, other)
        .then()
        .statusCode(200);
    awaitIds("moved", "other");
    given()
        .put("/streams/{s}/scheduled/{id}?deliver-after=1s", stream, other)
        .then()
        .statusCode(404);
  }

  @Test
  void thoseOfTheSameTimeComeInTheOrderInWhichTheyCame() {
    String soon = in(3_600_000);
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String id = "n" + i;
      post(event(id, at(soon))).statusCode(202);
      sent.add(id);
    }
    assertThat(page("limit=1000").getList("scheduled.event.id")).isEqualTo(sent);
    makeDue(stream);
    await().untilAsserted(() -> assertThat(ids()).isEqualTo(sent));
  }

  @Test
  void pagesGoThroughThemInOrderWhateverIsDeliveredMeanwhile() {
    String first = in(3_600_000);
    String second = in(7_200_000);
    postBatch(
            IntStream.range(0, 50)
                .mapToObj(i -> event("p" + i, at(i % 2 == 0 ? second : first)))
                .toArray(String[]::new))
        .statusCode(202);
    List<String> expected = new ArrayList<>();
    IntStream.range(0, 25).forEach(i -> expected.add("p" + (2 * i + 1)));
    IntStream.range(0, 25).forEach(i -> expected.add("p" + 2 * i));
    List<String> seen = new ArrayList<>();
    String query = "limit=7";
    JsonPath page = page(query);
    while (true) {
      seen.addAll(page.getList("scheduled.event.id"));
      if (page.getBoolean("complete")) {
        break;
      }
      // The event at which the page ended goes away.
      List<String> ids = page.getList("scheduled.id");
      given().delete("/streams/{s}/scheduled/{id}", stream, ids.getLast()).then().statusCode(204);
      page = page(query + "&after=" + page.getString("next"));
    }
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void eachPartitionHasItsOwn() {
    String[] events =
        IntStream.range(0, 40)
            .mapToObj(i -> event("s" + i + "-" + stream, at(in(3_000))))
            .toArray(String[]::new);
    String partitioned = "sharded";
    given()
        .contentType(BATCH)
        .body("[" + String.join(",", events) + "]")
        .post("/streams/{s}/events", partitioned)
        .then()
        .statusCode(202)
        .body("events.scheduled.id", hasSize(40));
    await()
        .untilAsserted(
            () ->
                assertThat(
                        given()
                            .get("/streams/{s}/events?limit=1000", partitioned)
                            .jsonPath()
                            .getList("events.id", String.class))
                    .filteredOn(id -> id.endsWith(stream))
                    .hasSize(40)
                    .doesNotHaveDuplicates());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"tomorrow\"",
        "\"\"",
        "\"2027-02-29T00:00:00Z\"",
        "\"2030-01-01T00:00:00\"",
        "\"2030-01-01\"",
        "1893456000",
        "true"
      })
  void aTimeThatIsNoneIsRefused(String time) {
    post(event("bad", ",\"deliverat\":" + time))
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-event"))
        .body("errors[0].attribute", equalTo("deliverat"));
    assertThat(given().get("/streams/{s}/events", stream).statusCode()).isIn(200, 404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "30 s", "-5s", "100y"})
  void aDelayThatIsNoneIsRefused(String delay) {
    post(event("bad", ""), delay)
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-parameter"))
        .body("errors[0].attribute", equalTo(AFTER));
  }

  @ParameterizedTest
  @CsvSource({
    "100ms,202",
    "1m,202",
    "2h,202",
    "7d,202",
    "PT1H,202",
    "367d,400",
    "PT999999999H,400",
    "999999999d,400"
  })
  void aDelayMayBeUpToTheLimit(String delay, int status) {
    post(event("limit-" + delay, ""), delay).statusCode(status);
  }

  @Test
  void aCenturyIsRefusedAndNothingOfItsBatchIsTaken() {
    String century = Instant.now().plus(36_500, ChronoUnit.DAYS).toString();
    postBatch(event("now", ""), event("never", at(century)))
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-event"))
        .body("errors[0].event", equalTo(1))
        .body("errors[0].attribute", equalTo("deliverat"));
    post(event("now", "")).statusCode(201);
  }

  @Test
  void theLeapDayIsADay() {
    post(event("leap", at("2024-02-29T23:59:60Z"))).statusCode(201);
  }

  @Test
  void aFullRedisTakesNoMoreAndDeliversWhatItHas() {
    post(event("kept", ""), "3s").statusCode(202);
    redis.ask("CONFIG", "SET", "maxmemory", "1");
    post(event("more", ""), "100ms")
        .statusCode(503)
        .body("type", equalTo("urn:penstock:problem:redis-full"));
    await()
        .untilAsserted(
            () -> assertThat(redis.ask("XLEN", "ps:{" + stream + "/0}:events")).isEqualTo(1L));
    redis.ask("CONFIG", "SET", "maxmemory", "0");
    assertThat(ids()).containsExactly("kept");
    assertNothingIsLeft();
  }

  @Test
  void theyOutliveARestartOfRedis() {
    post(event("survivor", ""), "1500ms").statusCode(202);
    redis.restart();
    await().until(Meters::areAllLinksUp);
    awaitIds("survivor");
  }

  @Test
  void aLogThatWasLostGetsThemInItsNextLife() {
    post(event("first", "")).statusCode(201);
    post(event("second", ""), "3s").statusCode(202);
    redis.ask("DEL", "ps:{" + stream + "/0}:events", "ps:{" + stream + "/0}:log");
    awaitIds("second");
  }

  @Test
  void aHundredThousandOfTheSameSecondComeInStepsInOrder() {
    String due = in(3_600_000);
    int count = 100_000;
    int batch = 1_000;
    for (int from = 0; from < count; from += batch) {
      given()
          .contentType(BATCH)
          .body(
              IntStream.range(from, from + batch)
                  .mapToObj(i -> event("m" + i, at(due)))
                  .collect(Collectors.joining(",", "[", "]")))
          .post("/streams/many/events")
          .then()
          .statusCode(202);
    }
    given()
        .contentType(EVENT)
        .body(event("one too many", at(due)))
        .post("/streams/many/events")
        .then()
        .statusCode(429)
        .body("type", equalTo("urn:penstock:problem:schedule-full"));
    assertThat((Long) redis.ask("ZCARD", "ps:{many/0}:due")).isEqualTo(count);
    redis.ask("SLOWLOG", "RESET");
    long start = makeDue("many");
    await()
        .untilAsserted(
            () -> assertThat(redis.ask("XLEN", "ps:{many/0}:events")).isEqualTo((long) count));
    assertThat(redis.ask("ZCARD", "ps:{many/0}:due")).isEqualTo(0L);
    List<?> entries = (List<?>) redis.ask("XRANGE", "ps:{many/0}:events", "-", "+");
    List<Integer> numbers = new ArrayList<>();
    for (Object entry : entries) {
      List<?> fields = (List<?>) ((List<?>) entry).get(1);
      numbers.add(Integer.valueOf(fields.get(fields.indexOf("id") + 1).toString().substring(1)));
    }
    assertThat(numbers).hasSize(count).isSorted();
    assertThat(Collections.max(numbers)).isEqualTo(count - 1);
    String last = ((List<?>) entries.getLast()).get(0).toString();
    System.out.printf(
        "schedule: 100,000 of the same second entered within %d ms%n",
        Long.parseLong(last.split("-")[0]) - start);
    List<?> slow = (List<?>) redis.ask("SLOWLOG", "GET", "-1");
    assertThat(slow)
        .filteredOn(entry -> ((List<?>) entry).get(3).toString().contains("EVALSHA"))
        .allSatisfy(entry -> assertThat((Long) ((List<?>) entry).get(2)).isLessThan(50_000L));
  }

  /** The hour passes at once; tells when. */
  private long makeDue(String of) {
    long now = now();
    redis.ask(
        "EVAL",
        """
        for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
          redis.call('ZADD', KEYS[1], ARGV[1], name)
        end
        """,
        1,
        "ps:{" + of + "/0}:due",
        now);
    redis.ask("ZADD", "ps:{due}:next", now, "events/" + of + "/0");
    redis.ask("PUBLISH", "ps:{due}:next", "");
    return now;
  }
}
