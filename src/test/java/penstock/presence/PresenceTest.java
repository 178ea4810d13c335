package penstock.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.Meters;
import penstock.feed.FeedClient;
import penstock.feed.FeedReaders;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** Presence over HTTP, with a stream of two partitions and no other stream to be created. */
@QuarkusTest
@WithTestResource(
    value = RedisResource.class,
    initArgs = @ResourceArg(name = "options", value = "--databases 5"))
@TestProfile(PresenceTest.Settings.class)
class PresenceTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "false",
          "penstock.streams.presence.partitions", "2",
          "penstock.presence.max-members", "20",
          "penstock.presence.ttl.min", "300ms",
          "penstock.presence.ttl.max", "24h");
    }
  }

  /** Many times longer than the test. */
  private static final String LONG = "PT1H";

  RedisServer redis;
  @TestHTTPResource URI base;

  private final String room = "room " + UUID.randomUUID();
  private FeedReaders readers;

  @AfterEach
  void mend() {
    if (readers != null) {
      readers.close();
    }
    redis.ask("CONFIG", "SET", "maxmemory", "0");
  }

  private static RequestSpecification raw() {
    return given().urlEncodingEnabled(true);
  }

  private ValidatableResponse put(String member, String ttl, String metadata) {
    RequestSpecification request = raw().queryParam("ttl", ttl);
    if (metadata != null) {
      request.contentType("application/json").body(metadata);
    }
    return request.put("/presence/{room}/{member}", room, member).then();
  }

  private ValidatableResponse delete(String member) {
    return raw().delete("/presence/{room}/{member}", room, member).then();
  }

  private JsonPath list(String query) {
    return raw().get("/presence/{room}" + query, room).then().statusCode(200).extract().jsonPath();
  }

  /** The events of the room, oldest first. */
  private List<Map<String, Object>> events() {
    List<Map<String, Object>> all =
        given().get("/streams/presence/events?limit=1000").jsonPath().getList("events");
    return all.stream().filter(event -> room.equals(event.get("partitionkey"))).toList();
  }

  /** What happened to whom, such as {@code joined ann}. */
  private List<String> history() {
    return events().stream()
        .map(
            event ->
                event.get("type").toString().replace("presence.", "")
                    + " "
                    + event.get("subject").toString().substring(room.length() + 1))
        .toList();
  }

  private long redisSeconds() {
    List<?> time = (List<?>) Objects.requireNonNull(redis.ask("TIME"));
    return Long.parseLong(time.getFirst().toString());
  }

  private Object data(int event, String name) {
    return ((Map<?, ?>) events().get(event).get("data")).get(name);
  }

  @Test
  void aHeartbeatJoinsUpdatesOrTellsNothing() {
    JsonPath joined =
        put("ann", LONG, "{\"mood\" : 1.10}").statusCode(201).extract().body().jsonPath();
    assertThat(joined.getString("member")).isEqualTo("ann");
    Instant since = Instant.parse(joined.getString("since"));
    assertThat(Duration.between(since, Instant.parse(joined.getString("deadline"))))
        .isEqualTo(Duration.ofHours(1));
    String same =
        put("ann", "PT2H", null)
            .statusCode(200)
            .body(containsString("\"data\":{\"mood\":1.10}"))
            .extract()
            .jsonPath()
            .getString("deadline");
    assertThat(Duration.between(since, Instant.parse(same))).isGreaterThan(Duration.ofMinutes(119));
    put("ann", LONG, "{\"mood\":1.10}").statusCode(200);
    assertThat(history()).containsExactly("joined ann");
    put("ann", LONG, "[]").statusCode(200).body("since", equalTo(joined.getString("since")));
    assertThat(history()).containsExactly("joined ann", "updated ann");
    put("ann", LONG, "null").statusCode(200).body("data", nullValue());
    delete("ann").statusCode(204);
    delete("ann").statusCode(404).body("type", equalTo("urn:penstock:problem:unknown-member"));
    put("ann", LONG, null).statusCode(201).body("data", nullValue());
    assertThat(history())
        .containsExactly("joined ann", "updated ann", "updated ann", "left ann", "joined ann");

    assertThat(data(0, "since")).isEqualTo(joined.getString("since"));
    assertThat(data(0, "deadline")).isEqualTo(joined.getString("deadline"));
    assertThat(events().get(0).get("time")).isEqualTo(joined.getString("since"));
    assertThat(events().stream().map(event -> event.get("id")).distinct()).hasSize(5);
    assertThat(events()).allMatch(event -> event.get("source").equals("/presence"));
    assertThat(Duration.between(since, Instant.ofEpochSecond(redisSeconds())).abs())
        .isLessThan(Duration.ofMinutes(2));
  }

  @Test
  void whoDoesNotComeBackTimesOutOnceAndMayJoinAnew() {
    put("bob", LONG, null).statusCode(201);
    put("ann", "300ms", "1").statusCode(201);
    await().until(() -> history().contains("timed-out ann"));
    assertThat(list("").getList("members.member")).containsExactly("bob");
    int at = history().indexOf("timed-out ann");
    Instant deadline = Instant.parse(data(at, "deadline").toString());
    Instant told = Instant.parse(events().get(at).get("time").toString());
    assertThat(told).isAfterOrEqualTo(deadline);
    assertThat(data(at, "data")).isEqualTo(1);
    put("ann", LONG, null).statusCode(201).body("data", nullValue());
    assertThat(history())
        .containsExactly("joined bob", "joined ann", "timed-out ann", "joined ann");
  }

  /**
   * Though a heartbeat that tells nothing looks at little: the new log has to tell who is there.
   */
  @Test
  void aHeartbeatAfterTheLogIsLostJoins() {
    put("ann", LONG, "1").statusCode(201);
    put("ann", LONG, null).statusCode(200);
    redis.ask("DEL", "ps:{presence/0}:events", "ps:{presence/1}:events");
    put("ann", LONG, null).statusCode(201).body("data", nullValue());
    put("ann", LONG, null).statusCode(200);
    assertThat(history()).containsExactly("joined ann");
  }

  /** Those that come together go to Redis together, and each is told of its own. */
  @Test
  void heartbeatsThatComeTogetherAreToldApart() {
    var client = HttpClient.newHttpClient();
    var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
    String spoilt = "spoilt" + UUID.randomUUID();
    redis.ask("SET", "ps:{presence/0}:due:presence:members:" + spoilt, "no hash");
    redis.ask("SET", "ps:{presence/1}:due:presence:members:" + spoilt, "no hash");
    for (int i = 0; i < 300; i++) {
      String path = i % 50 == 7 ? spoilt + "/m" : "together-" + i % 30 + "/m" + i % 150;
      answers.add(
          client.sendAsync(
              HttpRequest.newBuilder(base.resolve("/presence/" + path + "?ttl=1h"))
                  .header("Content-Type", "application/json")
                  .PUT(HttpRequest.BodyPublishers.ofString("\"" + path + "\""))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
    }
    int joined = 0;
    for (int i = 0; i < 300; i++) {
      HttpResponse<String> answer = answers.get(i).join();
      if (i % 50 == 7) {
        assertThat(answer.body()).contains("urn:penstock:problem:wrong-key-type");
        continue;
      }
      assertThat(answer.body())
          .contains("\"member\":\"m" + i % 150 + "\"")
          .contains("\"data\":\"together-" + i % 30 + "/m" + i % 150 + "\"");
      assertThat(answer.statusCode()).isIn(200, 201);
      joined += answer.statusCode() == 201 ? 1 : 0;
    }
    assertThat(joined).isEqualTo(147);
  }

  @Test
  void membersAreListedPageByPage() {
    List<String> names = List.of("ann", "bob", "c..:d", "é", "名");
    for (String name : names) {
      put(name, LONG, "\"" + name + "\"").statusCode(201);
    }
    assertThat(list("").getList("members.member")).isEqualTo(names);
    assertThat(list("").getBoolean("complete")).isTrue();
    assertThat(list("").getString("room")).isEqualTo(room);
    List<Object> paged = new ArrayList<>();
    JsonPath page = list("?limit=2");
    paged.addAll(page.getList("members.data"));
    while (!page.getBoolean("complete")) {
      page =
          raw()
              .queryParam("after", page.getString("next"))
              .queryParam("limit", 2)
              .get("/presence/{room}", room)
              .jsonPath();
      paged.addAll(page.getList("members.data"));
    }
    assertThat(paged).isEqualTo(names);
    assertThat(raw().get("/presence/empty").jsonPath().getList("members")).isEmpty();
  }

  @Test
  void theRoomIsAViewWithAFeed() {
    readers = new FeedReaders(base);
    FeedClient feed = readers.live("/views/rooms/feed?key=" + encoded(), null);
    put("ann", LONG, "{\"a\":1}").statusCode(201);
    put("bob", LONG, null).statusCode(201);
    await()
        .untilAsserted(
            () ->
                assertThat(feed.messages("change"))
                    .isNotEmpty()
                    .last()
                    .satisfies(
                        last ->
                            assertThat(last.data()).contains("\"ann\":{").contains("\"bob\":{")));
    raw()
        .get("/views/rooms/entries/{room}", room)
        .then()
        .statusCode(200)
        .body("value.ann.data.a", equalTo(1))
        .body("value.bob.since", equalTo(list("").getString("members[1].since")));
    delete("ann").statusCode(204);
    delete("bob").statusCode(204);
    await()
        .untilAsserted(
            () -> assertThat(feed.messages("change").getLast().data()).endsWith("\"value\":null}"));
    await()
        .until(() -> raw().get("/views/rooms/entries/{room}", room).statusCode(), is -> is == 404);
  }

  @Test
  void aConnectionKeepsItsMemberAndLetsTheTimeRunWhenItEnds() {
    readers = new FeedReaders(base);
    String path = "/streams/presence/feed?ttl=5s&member=ann&room=" + encoded();
    readers.live(path, null);
    await().until(() -> history().equals(List.of("joined ann")));
    Instant joined = Instant.parse(list("").getString("members[0].deadline"));
    await()
        .until(
            () -> Instant.parse(list("").getString("members[0].deadline")),
            later -> later.isAfter(joined.plusMillis(2_500)));
    assertThat(history()).containsExactly("joined ann");
    // a reload: the others see nothing of it
    readers.close();
    readers.live(path, null);
    Instant again = Instant.parse(list("").getString("members[0].deadline"));
    await()
        .until(
            () -> Instant.parse(list("").getString("members[0].deadline")),
            later -> later.isAfter(again.plusMillis(1_000)));
    assertThat(history()).containsExactly("joined ann");
    readers.close();
    await().until(() -> history().equals(List.of("joined ann", "timed-out ann")));
    await().until(() -> Meters.read("penstock_presence_connected") == 0);
  }

  /** Whoever leaves is not brought back by a connection that still stands, but by a new one. */
  @Test
  void whoLeavesIsNotBroughtBackByAConnection() {
    readers = new FeedReaders(base);
    String path = "/feed?view=rooms&ttl=4s&member=ann&room=" + encoded();
    readers.live(path, null);
    await().until(() -> history().equals(List.of("joined ann")));
    double left = Meters.read("penstock_presence_heartbeats_total", "result", "left");
    delete("ann").statusCode(204);
    await()
        .until(
            () -> Meters.read("penstock_presence_heartbeats_total", "result", "left") >= left + 3);
    assertThat(history()).containsExactly("joined ann", "left ann");
    readers.live("/views/rooms/feed?ttl=4s&member=ann&room=" + encoded(), null);
    await().until(() -> history().equals(List.of("joined ann", "left ann", "joined ann")));
  }

  private String encoded() {
    return URLEncoder.encode(room, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0s", "-1s", "299ms", "31536000s", "86401s", "soon", "1y"})
  void aTimeToLiveOutOfItsBoundsIsRefused(String ttl) {
    put("ann", ttl, null)
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-parameter"))
        .body("errors[0].attribute", equalTo("ttl"));
    given()
        .queryParam("ttl", ttl)
        .get("/streams/presence/feed?room=r&member=m")
        .then()
        .statusCode(400)
        .body("errors[0].attribute", equalTo("ttl"));
    assertThat(history()).isEmpty();
  }

  @Test
  void withoutATimeToLiveItIsTheConfiguredOne() {
    JsonPath joined =
        raw()
            .put("/presence/{room}/{member}", room, "ann")
            .then()
            .statusCode(201)
            .extract()
            .jsonPath();
    assertThat(
            Duration.between(
                Instant.parse(joined.getString("since")),
                Instant.parse(joined.getString("deadline"))))
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void badNamesAndBadMetadataAreRefused() {
    put("x".repeat(10 * 1024), LONG, null).statusCode(400);
    put("x".repeat(257), LONG, null)
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-name"))
        .body("errors[0].attribute", equalTo("member"));
    put("é".repeat(129), LONG, null).statusCode(400);
    put("é".repeat(128), LONG, null).statusCode(201);
    put("a\u0007", LONG, null).statusCode(400);
    given().urlEncodingEnabled(false).put("/presence/r/a%2Fb").then().statusCode(400);
    for (String text : List.of("{", "x", "1 2", "{\"a\":1,}", "\u0000")) {
      put("ann", LONG, text)
          .statusCode(400)
          .body("type", equalTo("urn:penstock:problem:malformed-request"));
    }
    raw()
        .contentType("application/json")
        .body(new byte[] {'"', (byte) 0xFF, '"'})
        .put("/presence/{room}/ann", room)
        .then()
        .statusCode(400);
    put("ann", LONG, "\"" + "x".repeat(4 * 1024) + "\"")
        .statusCode(413)
        .body("type", equalTo("urn:penstock:problem:body-too-large"));
    assertThat(history()).containsExactly("joined " + "é".repeat(128));
    for (String query : List.of("room=r", "member=m", "ttl=30s", "room=a%2Fb&member=m")) {
      given()
          .urlEncodingEnabled(false)
          .get("/streams/presence/feed?" + query)
          .then()
          .statusCode(400);
    }
    given().head("/streams/presence/feed?room=r").then().statusCode(400);
    given().post("/presence/r/m").then().statusCode(405);
  }

  @Test
  void aRoomHasSoManyPlaces() {
    for (int i = 0; i < 20; i++) {
      put("m" + i, LONG, null).statusCode(201);
    }
    put("late", LONG, null).statusCode(409).body("type", equalTo("urn:penstock:problem:room-full"));
    put("m3", LONG, "1").statusCode(200);
    delete("m3").statusCode(204);
    put("late", LONG, null).statusCode(201);
  }

  @Test
  void aFullRedisKeepsThoseWhoAreThereAndTakesNobodyElse() {
    put("ann", LONG, "1").statusCode(201);
    put("bob", "900ms", "1").statusCode(201);
    put("cy", LONG, "1").statusCode(201);
    redis.ask("CONFIG", "SET", "maxmemory", "1");
    put("ann", "PT2H", "1").statusCode(200);
    put("ann", "PT2H", null).statusCode(200);
    put("ann", LONG, "2").statusCode(503).body("type", equalTo("urn:penstock:problem:redis-full"));
    put("dee", LONG, null).statusCode(503).body("type", equalTo("urn:penstock:problem:redis-full"));
    delete("cy").statusCode(204);
    await().until(() -> history().contains("timed-out bob"));
    assertThat(list("").getList("members.member")).containsExactly("ann");
    assertThat(list("").getList("members.data")).containsExactly(1);
    redis.ask("CONFIG", "SET", "maxmemory", "0");
    put("dee", LONG, null).statusCode(201);
  }

  /** Who joins is refused, and who is there is kept, though both came in one script. */
  @Test
  void aFullRedisKeepsWhomConnectionsSpeakFor() {
    readers = new FeedReaders(base);
    readers.live("/streams/presence/feed?ttl=4s&member=ann&room=" + encoded(), null);
    await().until(() -> history().equals(List.of("joined ann")));
    redis.ask("CONFIG", "SET", "maxmemory", "1");
    readers.live("/streams/presence/feed?ttl=4s&member=bob&room=" + encoded(), null);
    Instant before = Instant.parse(list("").getString("members[0].deadline"));
    await()
        .until(
            () -> Instant.parse(list("").getString("members[0].deadline")),
            later -> later.isAfter(before.plusMillis(2_000)));
    assertThat(history()).containsExactly("joined ann");
    redis.ask("CONFIG", "SET", "maxmemory", "0");
    await().until(() -> history().equals(List.of("joined ann", "joined bob")));
  }

  /** Whoever was there when all was lost comes back with the next heartbeat, in a new log. */
  @Test
  void whenRedisIsEmptiedAllJoinAnew() {
    readers = new FeedReaders(base);
    readers.live("/views/rooms/feed?ttl=4s&member=ann&room=" + encoded(), null);
    put("bob", LONG, null).statusCode(201);
    redis.flush();
    put("bob", LONG, null).statusCode(201);
    await().until(() -> history().contains("joined ann"));
    assertThat(history()).containsExactlyInAnyOrder("joined ann", "joined bob");
    readers.close();
    await().until(() -> history().contains("timed-out ann"));
  }
}
