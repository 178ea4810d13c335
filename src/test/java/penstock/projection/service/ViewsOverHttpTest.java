package penstock.projection.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.Meters;
import penstock.projection.TestLog;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.stream.Cursor;
import penstock.stream.LogState;
import penstock.stream.Partition;
import penstock.stream.Partitioner;
import penstock.stream.Position;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;

/** The views as clients see them, worked by the service's own workers. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(ViewsOverHttpTest.Orders.class)
class ViewsOverHttpTest {

  public static final class Orders implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.projection.lease", "1s"),
          Map.entry("penstock.views.max-waiting", "3"),
          Map.entry("penstock.streams.orders.partitions", "1"),
          Map.entry("penstock.streams.parcels.partitions", "1"),
          Map.entry("penstock.views.orders.stream", "orders"),
          Map.entry("penstock.views.orders.fold", "merge"),
          Map.entry("penstock.views.orders.deletes", "order.deleted"),
          Map.entry("penstock.views.by-type.stream", "orders"),
          Map.entry("penstock.views.by-type.fold", "count"),
          Map.entry("penstock.views.by-type.key", "type"),
          Map.entry("penstock.streams.spread.partitions", "3"),
          Map.entry("penstock.views.spread.stream", "spread"),
          Map.entry("penstock.views.spread.fold", "merge"),
          Map.entry("penstock.views.spread-types.stream", "spread"),
          Map.entry("penstock.views.spread-types.fold", "count"),
          Map.entry("penstock.views.spread-types.key", "type"),
          Map.entry("penstock.views.mislaid.stream", "spread"),
          Map.entry("penstock.views.mislaid.fold", "merge"),
          Map.entry("penstock.views.mislaid.key", "type"),
          Map.entry("penstock.views.parcels.stream", "parcels"),
          Map.entry("penstock.views.parcels.fold", "merge"));
    }
  }

  private static final StreamName ORDERS = new StreamName("orders");

  RedisServer redis;
  @Inject EventLog events;
  private TestLog log;

  @BeforeEach
  void open() {
    log = new TestLog(redis, "orders");
  }

  @AfterEach
  void close() {
    log.close();
  }

  private static Response applied(String key) {
    return await()
        .until(
            () -> given().get("/views/orders/entries/{key}", key),
            found -> found.statusCode() == 200);
  }

  private LogState state(StreamName stream) {
    return await(events.observe(new Partition(stream, 0)));
  }

  /** The cursor that a reader of the stream would be given at a position. */
  private String cursor(String position) {
    return Cursor.ofStream(ORDERS, List.of(state(ORDERS)), List.of(Position.parse(position)))
        .encode();
  }

  @Test
  void whatIsAppendedCanBeReadFromTheView() {
    log.append("order.placed", "a/1 ü", "{\"total\":1.10,\"lines\":{\"x\":1}}");
    Response found = applied("a/1 ü");
    assertThat(found.asString())
        .isEqualTo("{\"key\":\"a/1 ü\",\"value\":{\"lines\":{\"x\":1},\"total\":1.10}}");
    given()
        .urlEncodingEnabled(false)
        .get("/views/orders/entries/a/1%20%C3%BC")
        .then()
        .statusCode(200);
  }

  @ParameterizedTest
  @CsvSource({
    "a/b,   a/b",
    "a/b,   a%2Fb",
    "a//b,  a%2F%2Fb",
    "100%,  100%25",
    "1+1,   1+1",
    "1+1,   1%2B1",
    "a b,   a%20b",
    "ü,     %C3%BC",
    "entries/x, entries/x",
    "?&#,   %3F%26%23",
  })
  void aKeyMayHoldAnything(String key, String encoded) {
    log.append("order.placed", key, "{\"k\":1}");
    await()
        .untilAsserted(
            () ->
                given()
                    .urlEncodingEnabled(false)
                    .get("/views/orders/entries/" + encoded)
                    .then()
                    .statusCode(200)
                    .body("key", equalTo(key)));
  }

  @Test
  void anEntryHasATagAndSaysWhatIsApplied() {
    String position = log.append("order.placed", "tagged", "{\"x\":1}");
    Response found = applied("tagged");
    String tag = found.header("ETag");
    assertThat(Cursor.parse(found.header("Penstock-Cursor")).positions())
        .allSatisfy(at -> assertThat(at).isGreaterThanOrEqualTo(Position.parse(position)));
    for (String match : List.of(tag, "\"other\", W/" + tag, "*")) {
      given()
          .header("If-None-Match", match)
          .get("/views/orders/entries/tagged")
          .then()
          .statusCode(304)
          .header("ETag", tag)
          .header("Penstock-Cursor", notNullValue())
          .body(equalTo(""));
    }
    String next = log.append("order.paid", "tagged", "{\"x\":2}");
    given()
        .header("If-None-Match", tag)
        .queryParam("at-least", cursor(next))
        .get("/views/orders/entries/tagged")
        .then()
        .statusCode(200)
        .body("value.x", equalTo(2));
  }

  @Test
  void aDeletedEntryIsUnknown() {
    log.append("order.placed", "brief", "{}");
    assertThat(applied("brief").asString()).isEqualTo("{\"key\":\"brief\",\"value\":{}}");
    String position = log.append("order.deleted", "brief", "{}");
    given()
        .queryParam("at-least", cursor(position))
        .get("/views/orders/entries/brief")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:penstock:problem:unknown-entry"));
  }

  @Test
  void pagesAreInTheOrderOfTheKeys() {
    TestLog parcels = new TestLog(redis, "parcels");
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      keys.add("parcel-%02d".formatted(i));
      parcels.append("t", keys.getLast(), "{\"n\":" + i + "}");
    }
    String large = "x".repeat(200_000);
    for (String key : List.of("q-1", "q-2", "q-3", "ü")) {
      keys.add(key);
      parcels.append("t", key, "{\"large\":\"" + large + "\"}");
    }
    parcels.close();
    await().until(() -> given().get("/views/parcels/entries/ü").statusCode() == 200);
    List<String> seen = new ArrayList<>();
    String after = null;
    boolean complete = false;
    int pages = 0;
    while (!complete) {
      var request = given().queryParam("limit", 10);
      if (after != null) {
        request.queryParam("after", after);
      }
      Response page = request.get("/views/parcels/entries");
      assertThat(page.statusCode()).isEqualTo(200);
      seen.addAll(page.jsonPath().getList("entries.key"));
      after = page.jsonPath().getString("next");
      complete = page.jsonPath().getBoolean("complete");
      pages++;
    }
    assertThat(seen).isEqualTo(keys);
    assertThat(pages).isEqualTo(4);
    given()
        .queryParam("after", "ü")
        .get("/views/parcels/entries")
        .then()
        .statusCode(200)
        .body(equalTo("{\"entries\":[],\"next\":\"ü\",\"complete\":true}"));
  }

  @Test
  void waitsUntilAPositionIsApplied() {
    for (int i = 0; i < 50; i++) {
      String position = log.append("order.placed", "waited", "{\"i\":" + i + "}");
      given()
          .queryParam("at-least", cursor(position))
          .get("/views/orders/entries/waited")
          .then()
          .statusCode(200)
          .body("value.i", equalTo(i));
    }
  }

  /** The worker is kept from its work by a lease that another instance seems to hold. */
  @Test
  void saysThatAPositionIsNotYetAppliedAndServesTheRestMeanwhile() {
    log.append("order.placed", "late", "{\"x\":1}");
    applied("late");
    String generation = (String) log.ask("HGET", "ps:views", "orders");
    var view = log.names().view("orders", generation);
    log.ask("HSET", view.state(), "fence", "0:stolen:0");
    log.ask("SET", view.lease(), "another instance");
    try {
      String position = log.append("order.placed", "late", "{\"x\":2}");
      given()
          .queryParam("at-least", cursor(position))
          .queryParam("wait", "0s")
          .get("/views/orders/entries/late")
          .then()
          .statusCode(503)
          .header("Retry-After", notNullValue())
          .body("type", equalTo("urn:penstock:problem:not-yet-applied"));
      given()
          .queryParam("at-least", cursor(position))
          .queryParam("wait", "100ms")
          .get("/views/orders/entries")
          .then()
          .statusCode(503);
      given().get("/views/orders/entries/late").then().body("value.x", equalTo(1));
      given()
          .get("/views/orders")
          .then()
          .body("partitions[0].holder", equalTo("another instance"))
          .body("partitions[0].lag", equalTo(1));
      String cursor = cursor(position);
      List<CompletableFuture<Response>> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(
            CompletableFuture.supplyAsync(() -> late(cursor, "30s"), Thread::startVirtualThread));
      }
      // No more than three may wait.
      await().until(() -> late(cursor, "0s").statusCode() == 429);
      log.ask("DEL", view.lease());
      waiting.forEach(
          answer -> assertThat(answer.join().jsonPath().getInt("value.x")).isEqualTo(2));
    } finally {
      if ("another instance".equals(log.ask("GET", view.lease()))) {
        log.ask("DEL", view.lease());
      }
    }
    given().get("/views/orders").then().body("partitions[0].lag", equalTo(0));
  }

  private static Response late(String cursor, String wait) {
    return given()
        .queryParam("at-least", cursor)
        .queryParam("wait", wait)
        .get("/views/orders/entries/late");
  }

  @Test
  void refusesCursorsOfSomethingElse() {
    log.append("order.placed", "x", "{}");
    given()
        .queryParam("at-least", "no-cursor")
        .get("/views/orders/entries/x")
        .then()
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-cursor"));
    StreamName parcels = new StreamName("parcels");
    String foreign =
        Cursor.ofStream(parcels, List.of(state(parcels)), List.of(Position.ZERO)).encode();
    String earliest =
        given()
            .queryParam("at-least", foreign)
            .get("/views/orders/entries/x")
            .then()
            .statusCode(410)
            .body("type", equalTo("urn:penstock:problem:cursor-gone"))
            .body("reason", equalTo("foreign"))
            .extract()
            .path("earliest");
    assertThat(Cursor.parse(earliest).positions()).containsExactly(Position.ZERO);
    given()
        .queryParam("at-least", cursor("99999999999999-0"))
        .get("/views/orders/entries/x")
        .then()
        .statusCode(410)
        .body("reason", equalTo("new-term"));
  }

  @ParameterizedTest
  @CsvSource({
    "/views/nothing,                       404, unknown-view",
    "/views/nothing/entries,               404, unknown-view",
    "/views/nothing/entries/x,             404, unknown-view",
    "/views/Bad,                           400, invalid-name",
    "/views/orders/entries?limit=0,        400, invalid-parameter",
    "/views/orders/entries?limit=-1,       400, invalid-parameter",
    "/views/orders/entries?limit=1001,     400, invalid-parameter",
    "/views/orders/entries?limit=x,        400, invalid-parameter",
    "/views/orders/entries?after=a&after=b, 400, invalid-parameter",
    "/views/orders/entries/x?wait=31s,     400, invalid-parameter",
    "/views/orders/entries/x?wait=-1s,     400, invalid-parameter",
    "/views/orders/entries/x?wait=soon,    400, invalid-parameter",
  })
  void refusesWhatMakesNoSense(String path, int status, String type) {
    given()
        .urlEncodingEnabled(false)
        .get(path)
        .then()
        .statusCode(status)
        .contentType("application/problem+json")
        .body("type", endsWith(":" + type));
  }

  @Test
  void listsAndDescribesTheViews() {
    given().get("/views").then().statusCode(200).body("views.name", hasItem("by-type"));
    log.append("order.placed", "described", "{}");
    applied("described");
    given()
        .get("/views/orders")
        .then()
        .statusCode(200)
        .body("name", equalTo("orders"))
        .body("stream", equalTo("orders"))
        .body("fold", equalTo("merge"))
        .body("deletes", contains("order.deleted"))
        .body("generation", notNullValue())
        .body("partitions", hasSize(1))
        .body("partitions[0].state", equalTo("working"))
        .body("partitions[0].holder", notNullValue());
  }

  @Test
  void theWorkersAreReadyAndMeasured() {
    log.append("order.placed", "measured", "{}");
    applied("measured");
    given()
        .get("/q/health/ready")
        .then()
        .body("checks.find { it.name == 'view workers' }.status", equalTo("UP"))
        .body("checks.find { it.name == 'view workers' }.data.'orders/0'", equalTo("working"));
    assertThat(Meters.read("penstock_view_applied_total", "view", "orders")).isNotNaN();
    assertThat(Meters.read("penstock_view_lag", "view", "orders")).isNotNaN();
  }

  @Test
  void aViewOverSeveralPartitionsIsOne() {
    StreamName spread = new StreamName("spread");
    List<TestLog> logs = new ArrayList<>();
    List<String> lasts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      logs.add(new TestLog(redis, "spread", i));
      lasts.add("0-0");
    }
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      keys.add("key-%02d".formatted(i));
      int partition = Partitioner.partition(keys.getLast(), 3);
      lasts.set(
          partition, logs.get(partition).append("t" + i % 2, keys.getLast(), "{\"i\":" + i + "}"));
    }
    List<LogState> states = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      states.add(await(events.observe(new Partition(spread, i))));
    }
    List<Position> positions = lasts.stream().map(Position::parse).toList();
    String all = Cursor.ofStream(spread, states, positions).encode();
    given()
        .queryParam("at-least", all)
        .get("/views/spread-types/entries")
        .then()
        .statusCode(200)
        .body(
            equalTo(
                "{\"entries\":[{\"key\":\"t0\",\"value\":20},{\"key\":\"t1\",\"value\":20}],\"next\":\"t1\",\"complete\":true}"));
    given()
        .queryParam("at-least", all)
        .get("/views/spread-types/entries/t0")
        .then()
        .statusCode(200)
        .header("Penstock-Cursor", equalTo(all))
        .body("value", equalTo(20));
    List<String> seen = new ArrayList<>();
    String after = "";
    boolean complete = false;
    while (!complete) {
      Response page =
          given()
              .queryParam("at-least", all)
              .queryParam("limit", 7)
              .queryParam("after", after)
              .get("/views/spread/entries");
      seen.addAll(page.jsonPath().getList("entries.key"));
      after = page.jsonPath().getString("next");
      complete = page.jsonPath().getBoolean("complete");
    }
    assertThat(seen).isEqualTo(keys);
    given()
        .queryParam("at-least", all)
        .get("/views/mislaid/entries")
        .then()
        .body("entries", hasSize(0));
    given()
        .get("/views/mislaid")
        .then()
        .body("partitions", hasSize(3))
        .body("partitions.sum { it.deadLetters }", equalTo(40));
    logs.forEach(TestLog::close);
  }
}
