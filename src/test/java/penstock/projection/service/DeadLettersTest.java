package penstock.projection.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static penstock.Patience.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.projection.TestLog;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** Dead letters over HTTP: listed, replayed and deleted. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(RebuildTest.Parcels.class)
class DeadLettersTest {

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

  private static JsonPath letters(String query) {
    return given()
        .get("/streams/letters/dead-letters" + query)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  @Test
  void deadLettersAreListedReplayedAndDeleted() {
    log.append("t", "a", "{\"n\":1}");
    log.append("t", "a", "[1]");
    other.append("t", "b", "[2]");
    other.append("t", "b", "{\"n\":2}");
    isApplied("letters");
    JsonPath all = letters("?view=letters");
    List<String> ids = all.getList("deadLetters.id");
    assertThat(ids).hasSize(2);
    assertThat(all.getBoolean("complete")).isTrue();
    assertThat(all.getString("deadLetters[0].reason")).isNotEmpty();
    assertThat(all.getString("deadLetters[0].event.subject")).isEqualTo("a");
    assertThat(all.getList("deadLetters[0].event.data")).containsExactly(1);
    assertThat(letters("?view=strict").getList("deadLetters")).isEmpty();
    JsonPath first = letters("?view=letters&limit=1");
    assertThat(first.getList("deadLetters.id")).containsExactly(ids.get(0));
    assertThat(letters("?view=letters&after=" + first.getString("next")).getList("deadLetters.id"))
        .containsExactly(ids.get(1));

    // It fails again, and stays with the reason.
    given().post("/streams/letters/dead-letters/{id}/replay", ids.get(0)).then().statusCode(202);
    await().until(() -> letters("?view=letters").getString("deadLetters[0].failedReplay") != null);
    given().delete("/streams/letters/dead-letters/{id}", ids.get(0)).then().statusCode(202);
    await().until(() -> letters("").getList("deadLetters.id").equals(List.of(ids.get(1))));
    assertThat(view("letters").getInt("partitions[0].deadLetters")).isZero();
    given()
        .post("/streams/letters/dead-letters/{id}/replay", ids.get(0))
        .then()
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-dead-letter"));

    // What can be folded now is folded against the present entry, once.
    mend(other);
    for (int i = 0; i < 3; i++) {
      given().post("/streams/letters/dead-letters/replay?view=letters").then().statusCode(202);
    }
    await().until(() -> letters("").getList("deadLetters").isEmpty());
    given()
        .get("/views/letters/entries/b")
        .then()
        .statusCode(200)
        .body("value", equalTo(Map.of("n", 2, "mended", true)));
    assertThat(view("letters").getInt("partitions[1].deadLetters")).isZero();
    assertThat(other.ask("EXISTS", other.names().failedReplays())).isEqualTo(0L);
  }

  /** Replaces the letter by the same one with data that can be folded. */
  private static void mend(TestLog log) {
    List<?> letter =
        (List<?>) ((List<?>) log.ask("XRANGE", log.names().dead(), "-", "+")).getFirst();
    List<Object> command = new ArrayList<>(List.of("XADD", log.names().dead(), "*"));
    List<?> fields = (List<?>) letter.get(1);
    for (int i = 0; i < fields.size(); i += 2) {
      command.add(fields.get(i));
      command.add(fields.get(i).equals("data") ? "{\"mended\":true}" : fields.get(i + 1));
    }
    log.ask(command.toArray());
    log.ask("XDEL", log.names().dead(), letter.getFirst());
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    given().get("/streams/letters/dead-letters?after=x").then().statusCode(400);
    given().get("/streams/letters/dead-letters?limit=0").then().statusCode(400);
    given().post("/streams/letters/dead-letters/replay").then().statusCode(400);
    given().post("/streams/letters/dead-letters/x/replay").then().statusCode(400);
    given().delete("/streams/letters/dead-letters/9.1-1").then().statusCode(404);
  }
}
