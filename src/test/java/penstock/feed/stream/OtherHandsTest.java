package penstock.feed.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.log.LogWriter;

/** What another hand writes to a log in Redis: it is dealt with, or refused by its name. */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 3 --appendfsync always"))
@TestProfile(StreamFeedsTest.Settings.class)
class OtherHandsTest {

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final String LAST = "18446744073709551615-18446744073709551615";

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject Keys keys;
  @Inject LogWriter writer;

  private final String stream = "other-hands-" + NAMES.incrementAndGet();
  private FeedReaders readers;

  @BeforeEach
  void connect() {
    readers = new FeedReaders(base);
    writer.awaitLink();
  }

  @AfterEach
  void leave() {
    readers.close();
  }

  private String events() {
    return keys.partition(stream, 0).events();
  }

  private String log() {
    return keys.partition(stream, 0).log();
  }

  private ValidatableResponse post(String id) {
    return given()
        .contentType("application/cloudevents+json")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/o\",\"type\":\"t\"}"
                .formatted(id))
        .post("/streams/{s}/events", stream)
        .then();
  }

  private void add(String position, String id) {
    redis.ask(
        "XADD", events(), position, "specversion", "1.0", "id", id, "source", "/x", "type", "t");
  }

  private FeedClient live(String lastEventId) {
    return readers.live("/streams/" + stream + "/feed?cursor=earliest", lastEventId);
  }

  private static List<String> idsIn(FeedClient reader) {
    return reader.messages("message").stream().map(FeedClient::idOf).toList();
  }

  private List<String> listed() {
    return given()
        .get("/streams/{s}/events", stream)
        .then()
        .statusCode(200)
        .extract()
        .path("events.id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9007199254740993-1",
        "9223372036854775807-9223372036854775807",
        "9223372036854775808-0",
        "18446744073709551615-18446744073709551600"
      })
  void anIdOfTheFarFutureIsAPositionAsAnyOther(String far) {
    post("1").statusCode(201);
    FeedClient before = live(null);
    add(far, "2");
    String position = post("3").statusCode(201).extract().path("events[0].position");
    assertThat(position).isNotEqualTo(far);
    post("3").statusCode(200).body("events[0].position", equalTo(position));

    assertThat(listed()).containsExactly("1", "2", "3");
    given()
        .get("/streams/{s}", stream)
        .then()
        .statusCode(200)
        .body("partitions[0].last", equalTo(position));
    await().until(() -> idsIn(before).equals(List.of("1", "2", "3")));
    String behindTheSecond = before.messages("message").get(1).id();
    assertThat(idsIn(live(behindTheSecond))).containsExactly("3");
    String cursor = before.lastEventId();
    given().get("/streams/{s}/events?cursor=" + cursor, stream).then().statusCode(200);
    post("4").statusCode(201);
    await().until(() -> idsIn(before).equals(List.of("1", "2", "3", "4")));
  }

  @Test
  void whatWasRemovedBehindSuchAnIdIsMissed() {
    post("1").statusCode(201);
    add("5000000000000-18446744073709551613", "2");
    add("5000000000000-18446744073709551615", "3");
    add("5000000000001-0", "4");
    FeedClient all = live(null);
    assertThat(idsIn(all)).containsExactly("1", "2", "3", "4");
    redis.ask("XTRIM", events(), "MAXLEN", 1);
    String behindTheSecond = all.messages("message").get(1).id();
    assertThat(live(behindTheSecond).messages("reset")).hasSize(1);
    String behindTheThird = all.messages("message").get(2).id();
    assertThat(live(behindTheThird).messages("reset")).isEmpty();
  }

  @Test
  void whenTheIdsAreUsedUpAnAppendIsRefusedByThatNameAndReadersAreServed() {
    post("1").statusCode(201);
    add(LAST, "2");
    post("3")
        .statusCode(503)
        .header("Retry-After", notNullValue())
        .body("type", equalTo("urn:penstock:problem:ids-exhausted"))
        .body("detail", containsString(events()));
    assertThat(listed()).containsExactly("1", "2");
    FeedClient reader = live(null);
    assertThat(idsIn(reader)).containsExactly("1", "2");
    assertThat(live(reader.lastEventId()).messages("reset")).isEmpty();
    given().get("/streams/{s}", stream).then().statusCode(200);

    redis.ask("DEL", events(), log());
    post("3").statusCode(201);
    assertThat(listed()).containsExactly("3");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aKeyOfAnotherTypeIsAProblemWithANameThatPasses(boolean isTheLog) {
    post("1").statusCode(201);
    String key = isTheLog ? events() : log();
    redis.ask("RENAME", key, key + ":aside");
    redis.ask("SET", key, "something else");

    for (ValidatableResponse refused :
        List.of(
            post("2"),
            given().get("/streams/{s}/events", stream).then(),
            given().get("/streams/{s}", stream).then())) {
      refused
          .statusCode(503)
          .header("Retry-After", notNullValue())
          .body("type", equalTo("urn:penstock:problem:wrong-key-type"))
          .body("detail", containsString(key));
    }
    FeedClient sentAway = readers.open("/streams/" + stream + "/feed", null);
    await().until(sentAway::hasEnded);
    assertThat(sentAway.messages("unavailable"))
        .singleElement()
        .satisfies(told -> assertThat(told.data()).contains("wrong-key-type"));

    redis.ask("DEL", key);
    redis.ask("RENAME", key + ":aside", key);
    post("2").statusCode(201);
    assertThat(idsIn(live(null))).containsExactly("1", "2");
  }

  /** A reader of another stream shares the tail. */
  @ParameterizedTest
  @ValueSource(strings = {"x", "", "a:", "a:i", ",", "a:i,b"})
  void anEntryWhoseTypesAreNonsenseKeepsNobodyFromTheirEvents(String types) {
    post("1").statusCode(201);
    FeedClient reader = live(null);
    FeedClient elsewhere = readers.live("/streams/witness/feed", null);
    redis.ask(
        "XADD",
        events(),
        "*",
        "specversion",
        "1.0",
        "id",
        "bad",
        "source",
        "/x",
        "type",
        "t",
        "a",
        "text",
        "extension_types",
        types);
    post("2").statusCode(201);
    await().until(() -> idsIn(reader).contains("2"));
    given()
        .contentType("application/cloudevents+json")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"w"
                + stream
                + types.length()
                + "\",\"source\":\"/o\",\"type\":\"t\"}")
        .post("/streams/witness/events")
        .then()
        .statusCode(201);
    await().until(() -> idsIn(elsewhere).size() == 1);
    assertThat(listed()).contains("1", "2");
  }

  private void add(String id, String field, Object value) {
    redis.ask(
        "XADD",
        events(),
        "*",
        "specversion",
        "1.0",
        "id",
        id,
        "source",
        "/x",
        "type",
        "t",
        field,
        value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"a\":1}}",
        "{\"a\":1} {}",
        "nul",
        "'a'",
        "\u0001",
        "[1,]",
        "01",
        "BROKEN UTF-8"
      })
  void anEntryWhoseDataIsNoJsonIsNoEvent(String data) {
    Object value = data.startsWith("BROKEN") ? new byte[] {'"', (byte) 0xFF, '"'} : data;
    post("1").statusCode(201);
    FeedClient reader = live(null);
    add("bad", "data", value);
    post("2").statusCode(201);
    assertThat(listed()).containsExactly("1", "2");
    await().until(() -> idsIn(reader).equals(List.of("1", "2")));
    assertThat(idsIn(live(null))).containsExactly("1", "2");
  }

  /** Line breaks within data would end the line of a feed's block. */
  @Test
  void anEntryIsShownOnOneLineWhateverItHas() {
    post("1").statusCode(201);
    FeedClient reader = live(null);
    add("spaced", "data", "\r\n{\n  \"a\": [1,\r 2]\n}\n");
    add("named", "odd\n\"name", "odd\n\"value");
    add("text", "data_text", "two\nlines");
    add("types", "data_base64", "no\nbase64");
    await().until(() -> idsIn(reader).equals(List.of("1", "spaced", "named", "text", "types")));
    assertThat(reader.messages("message").get(1).data()).contains("\"data\":{\"a\":[1,2]}");
    assertThat(listed()).containsExactly("1", "spaced", "named", "text", "types");
  }

  @Test
  void aViewSetsAnEntryAsideWhoseDataIsNoJson() {
    await()
        .untilAsserted(
            () ->
                given()
                    .get("/views/commits-by-type")
                    .then()
                    .statusCode(200)
                    .body("partitions[0].holder", notNullValue()));
    String position =
        (String)
            redis.ask(
                "XADD",
                keys.partition("commits", 0).events(),
                "*",
                "specversion",
                "1.0",
                "id",
                stream,
                "source",
                "/x",
                "type",
                "t",
                "data",
                "{");
    await()
        .untilAsserted(
            () ->
                given()
                    .get("/streams/commits/dead-letters?view=commits-by-type")
                    .then()
                    .statusCode(200)
                    .body("deadLetters.position", hasItem(position))
                    .body("deadLetters[-1].reason", containsString("no JSON")));
  }
}
