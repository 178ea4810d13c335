package penstock.sink.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** Tickets that are cancelled, an access system at the gate, and an operator. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(AccessSystem.class)
@TestProfile(SinksOverHttpTest.Profile.class)
class SinksOverHttpTest {

  /** One sink to the access system. */
  public static final class Profile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.projection.lease", "1s"),
          Map.entry("penstock.projection.backoff", "100ms"),
          Map.entry("penstock.streams.gate.partitions", "2"),
          Map.entry("penstock.sinks.access-system.stream", "gate"),
          Map.entry("penstock.sinks.access-system.kind", "bean:ticket-sync"),
          Map.entry("penstock.sinks.access-system.types", "ticket.cancelled"),
          Map.entry("penstock.sinks.access-system.retry.first", "10ms"),
          Map.entry("penstock.sinks.access-system.retry.longest", "100ms"));
    }
  }

  RedisServer redis;
  AccessSystem access;

  @BeforeEach
  void begin() {
    redis.flush();
    access.tickets.clear();
    access.requests.clear();
    access.status = (ticket, state) -> "200";
  }

  private static void append(String type, String ticket, String data) {
    given()
        .contentType("application/json")
        .queryParam("type", type)
        .queryParam("subject", ticket)
        .body(data)
        .post("/streams/gate/events")
        .then()
        .statusCode(201);
  }

  private static void cancel(String ticket, String replacement) {
    append("ticket.cancelled", ticket, "{\"replacement\":\"" + replacement + "\"}");
  }

  private static JsonPath status() {
    return given().get("/sinks/access-system").then().statusCode(200).extract().jsonPath();
  }

  private static void order(String what) {
    given().post("/sinks/access-system/" + what).then().statusCode(202).body(equalTo("{}"));
  }

  private static void awaitDone() {
    await()
        .ignoreExceptions()
        .until(() -> status().getLong("lag") == 0 && status().getLong("inFlight") == 0);
  }

  /** The access system fails at times: each ticket is right in the end, repeats are recognised. */
  @Test
  void bothTicketsAreRightInTheEnd() {
    var failed = new HashSet<String>();
    access.status =
        (ticket, state) -> {
          synchronized (failed) {
            return failed.add(ticket) ? "503" : "200";
          }
        };
    append("ticket.placed", "T-0", "{}");
    for (int i = 1; i <= 20; i++) {
      cancel("T-" + i, "R-" + i);
    }
    await().until(() -> access.tickets.size() == 40);
    awaitDone();
    for (int i = 1; i <= 20; i++) {
      assertThat(access.tickets).containsEntry("T-" + i, "void").containsEntry("R-" + i, "valid");
      assertThat(new HashSet<>(access.requestsOf("T-" + i))).hasSize(1);
    }
    assertThat(access.tickets).doesNotContainKey("T-0");
    given()
        .get("/sinks")
        .then()
        .statusCode(200)
        .body("sinks", hasSize(1))
        .body("sinks[0].name", equalTo("access-system"))
        .body("sinks[0].kind", equalTo("bean:ticket-sync"))
        .body("sinks[0].partitions", hasSize(2));
    // it is over, and told all the same
    await().untilAsserted(() -> assertThat(status().getString("lastError.reason")).contains("503"));
    given()
        .get("/q/health/ready")
        .then()
        .statusCode(200)
        .body("checks.find { it.name == 'sinks' }.data.'access-system/0'", startsWith("working"));
  }

  /** Of two events of different keys the later one may come first. */
  @Test
  void aReplacementThatWasCancelledItselfStaysVoid() {
    access.status =
        (ticket, state) ->
            ticket.equals("S-1") && state.equals("valid") && !access.tickets.containsKey("S-1")
                ? "503"
                : "200";
    cancel("S", "S-1");
    await().until(() -> !access.requestsOf("S-1").isEmpty());
    cancel("S-1", "S-2");
    awaitDone();
    assertThat(access.tickets)
        .containsEntry("S", "void")
        .containsEntry("S-1", "void")
        .containsEntry("S-2", "valid");
  }

  @Test
  void aPauseHoldsAndAResumeGoesOnAndAReplayComesAgain() {
    cancel("A", "B");
    await().until(() -> access.tickets.size() == 2);
    awaitDone();
    order("pause");
    assertThat(status().getString("state")).isEqualTo("paused");
    await().until(() -> status().getString("partitions[0].holder") == null);
    await().until(() -> status().getString("partitions[1].holder") == null);
    cancel("C", "D");
    await().until(() -> status().getLong("lag") == 1);
    assertThat(access.tickets).doesNotContainKey("C");
    order("resume");
    await().until(() -> access.tickets.containsKey("C"));
    awaitDone();
    int before = access.requestsOf("A").size();
    order("replay?from=earliest");
    await()
        .until(() -> access.requestsOf("A").size() > before && access.requestsOf("C").size() > 1);
    awaitDone();
    assertThat(new HashSet<>(access.requestsOf("A"))).hasSize(1);
  }

  @Test
  void whatIsRefusedIsADeadLetterThatIsDeliveredAgainOrDeleted() {
    access.status = (ticket, state) -> ticket.startsWith("X") ? "404" : "200";
    cancel("X-1", "Y-1");
    cancel("X-2", "Y-2");
    cancel("Z", "Y-3");
    await().until(() -> letters().getList("deadLetters").size() == 2);
    await().until(() -> access.tickets.containsKey("Z"));
    assertThat(letters().getString("deadLetters[0].sink")).isEqualTo("access-system");
    assertThat(letters().getInt("deadLetters[0].attempts")).isEqualTo(1);
    assertThat(letters().getString("deadLetters[0].reason"))
        .isEqualTo("refused: the access system answered 404");
    given()
        .delete("/streams/gate/dead-letters/" + letters().getString("deadLetters[0].id"))
        .then()
        .statusCode(202);
    await().until(() -> letters().getList("deadLetters").size() == 1);
    given().post("/streams/gate/dead-letters/replay?sink=access-system").then().statusCode(202);
    await().until(() -> letters().getString("deadLetters[0].failedReplay") != null);
    access.status = (ticket, state) -> "200";
    given().post("/streams/gate/dead-letters/replay?sink=access-system").then().statusCode(202);
    await().until(() -> letters().getList("deadLetters").isEmpty());
    assertThat(access.tickets.keySet().stream().filter(ticket -> ticket.startsWith("X")))
        .hasSize(1);
    await().until(() -> status().getLong("deadLetters") == 0);
  }

  private static JsonPath letters() {
    return given()
        .get("/streams/gate/dead-letters?sink=access-system")
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  @Test
  void whatMakesNoSenseIsAProblem() {
    given()
        .get("/sinks/nobody")
        .then()
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-sink"));
    given()
        .post("/sinks/access-system/replay")
        .then()
        .statusCode(400)
        .body("errors[0].attribute", equalTo("from"));
    given()
        .post("/sinks/access-system/replay?from=yesterday:")
        .then()
        .statusCode(400)
        .body("errors[0].attribute", equalTo("from"));
    given()
        .post("/sinks/access-system/replay?from=2030-01-01T00:00:00Z&to=1999-01-01T00:00:00Z")
        .then()
        .statusCode(202);
    given()
        .post("/streams/gate/dead-letters/replay?sink=access-system&view=v")
        .then()
        .statusCode(400);
  }
}
