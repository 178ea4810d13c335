package penstock.projection.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.projection.TestLog;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** Rebuilds and dead letters as operators use them, worked by the service's own workers. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(RebuildTest.Parcels.class)
class RebuildTest {

  public static final class Parcels implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.projection.lease", "1s"),
          Map.entry("penstock.projection.keep-unused", "1s"),
          Map.entry("penstock.streams.letters.partitions", "2"),
          Map.entry("penstock.views.letters.stream", "letters"),
          Map.entry("penstock.views.letters.fold", "merge"),
          Map.entry("penstock.views.strict.stream", "letters"),
          Map.entry("penstock.views.strict.fold", "merge"),
          Map.entry("penstock.views.strict.on-error", "halt"),
          Map.entry("penstock.streams.parcels.partitions", "2"),
          Map.entry("penstock.views.parcels.stream", "parcels"),
          Map.entry("penstock.views.parcels.fold", "merge"),
          Map.entry("penstock.streams.young.partitions", "1"),
          Map.entry("penstock.views.young.stream", "young"),
          Map.entry("penstock.views.young.fold", "count"));
    }
  }

  RedisServer redis;
  private TestLog log;
  private TestLog other;

  @BeforeEach
  void open() {
    redis.flush();
    log = new TestLog(redis, "letters", 0);
    other = new TestLog(redis, "letters", 1);
  }

  @AfterEach
  void close() {
    log.close();
    other.close();
  }

  private static JsonPath view(String name) {
    return given().get("/views/{view}", name).then().statusCode(200).extract().jsonPath();
  }

  private static void isApplied(String view) {
    await()
        .ignoreExceptions()
        .until(
            () -> {
              JsonPath now = view(view);
              return now.get("building") == null
                  && now.getList("partitions.lag", Integer.class).equals(List.of(0, 0));
            });
  }

  @Test
  void aRebuildIsBuiltBesideAndTakesThePlace() {
    TestLog first = new TestLog(redis, "parcels", 0);
    TestLog second = new TestLog(redis, "parcels", 1);
    for (int i = 0; i < 500; i++) {
      first.append("t", "a" + i, "{\"n\":" + i + "}");
    }
    second.append("t", "b", "{\"n\":1}");
    isApplied("parcels");
    String before = view("parcels").getString("generation");
    assertThat(before).endsWith("-0");
    String next =
        given()
            .post("/views/parcels/rebuild")
            .then()
            .statusCode(202)
            .body("generation", containsString("-1"))
            .extract()
            .path("generation");
    // What is read meanwhile is whole, whichever generation it is of.
    await()
        .until(
            () -> {
              given()
                  .get("/views/parcels/entries?limit=1000")
                  .then()
                  .statusCode(200)
                  .body("entries", hasSize(501));
              return view("parcels").getString("generation").equals(next);
            });
    isApplied("parcels");
    // The old one's keys and groups go after a while.
    await().until(() -> ((List<?>) first.ask("KEYS", "*view:parcels:" + before + "*")).isEmpty());
    await()
        .until(
            () ->
                !first
                    .ask("XINFO", "GROUPS", first.names().events())
                    .toString()
                    .contains("view.parcels." + before));
    given()
        .get("/views/parcels/entries?limit=1000")
        .then()
        .statusCode(200)
        .body("entries", hasSize(501));
    first.close();
    second.close();
  }

  /** As it may be when a registry was lost and instances note what they work in any order. */
  @Test
  void theNewestBuildIsServedWhicheverWasNotedLast() {
    TestLog young = new TestLog(redis, "young");
    young.append("t", "a", "{}");
    await().ignoreExceptions().until(() -> view("young").getInt("partitions[0].entries") == 1);
    String first = view("young").getString("generation");
    String next =
        given().post("/views/young/rebuild").then().statusCode(202).extract().path("generation");
    await().until(() -> view("young").getString("generation").equals(next));
    young.ask(
        "HSET",
        "ps:views",
        "young",
        first,
        "young:" + first,
        young.ask("HGET", "ps:views", "young:" + next),
        "#born:young:" + first,
        1_000);
    await().until(() -> view("young").getString("generation").equals(next));
    young.close();
  }

  @Test
  void aHaltedViewGoesOnAfterARebuildOfWhatWasMended() {
    log.append("t", "a", "{\"n\":1}");
    log.append("t", "a", "[1]");
    await()
        .ignoreExceptions()
        .until(() -> view("strict").getString("partitions[0].state").equals("halted"));
    given()
        .get("/views/strict")
        .then()
        .body("partitions[0].reason", notNullValue())
        .body("partitions[0].lag", equalTo(1))
        .body("partitions[0].lagSeconds", notNullValue());
    given()
        .get("/q/health/ready")
        .then()
        .statusCode(503)
        .body(
            "checks.find { it.name == 'view workers' }.data.'strict/0'", containsString("halted"));
    String generation = view("strict").getString("generation");
    assertThat(Meters.read("penstock_view_halted", "view", "strict", "generation", generation))
        .isOne();
    given().post("/views/strict/rebuild").then().statusCode(202);
    // It meets the same event again; and another rebuild makes another one.
    await().until(() -> "halted".equals(view("strict").getString("building.partitions[0].state")));
    given()
        .post("/views/strict/rebuild")
        .then()
        .statusCode(202)
        .body("generation", containsString("-2"));
  }

  /** Readers have the generation before, as whole as ever. */
  @Test
  void aHaltedBuildBesideASoundOneTakesNoInstanceOutOfService() {
    log.append("t", "a", "{\"n\":1}");
    isApplied("strict");
    String[] served = view("strict").getString("generation").split("-");
    String next = served[0] + "-" + (Integer.parseInt(served[1]) + 1);
    log.ask("HSET", log.names().view("strict", next).state(), "broken", "on purpose");
    given().post("/views/strict/rebuild").then().statusCode(202);
    await().until(() -> "halted".equals(view("strict").getString("building.partitions[0].state")));
    String shown = "checks.find { it.name == 'view workers' }.data.'strict/0/" + next + "'";
    await()
        .untilAsserted(
            () ->
                given()
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body(shown, containsString("on purpose")));
    assertThat(Meters.read("penstock_view_halted", "view", "strict", "generation", next)).isOne();
  }

  @Test
  void aViewOfWhatIsNotKeptAnyMoreIsNotRebuilt() {
    TestLog young = new TestLog(redis, "young");
    young.append("t", "a", "{}");
    await().ignoreExceptions().until(() -> view("young").getInt("partitions[0].entries") == 1);
    young.ask("HSET", young.names().log(), "trimmed", "1-0");
    given()
        .post("/views/young/rebuild")
        .then()
        .statusCode(409)
        .body("type", equalTo("urn:penstock:problem:partial-history"));
    given().post("/views/none/rebuild").then().statusCode(404);
    young.close();
  }

  @Test
  void aViewShowsHowItStands() {
    log.append("t", "a", "{}");
    isApplied("letters");
    given()
        .get("/views/letters")
        .then()
        .body("partitions[0].state", equalTo("working"))
        .body("partitions[0].holder", notNullValue())
        .body("partitions[0].fence", greaterThan(0))
        .body("partitions[0].lag", equalTo(0))
        .body("partitions[0].lagSeconds", equalTo(0.0f))
        .body("partitions[0].pending", equalTo(0))
        .body("partitions[0].deadLetters", equalTo(0))
        .body("building", nullValue());
  }
}
