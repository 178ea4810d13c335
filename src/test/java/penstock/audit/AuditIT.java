package penstock.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.PackagedService;
import penstock.redis.RedisServer;
import penstock.security.TestIssuer;

/**
 * What is written down of the packaged service is what the API's description calls it: names,
 * rights and what is kept of the path come of annotations, which an executable has only where they
 * were brought along.
 */
class AuditIT {

  private static final String READ = "{\"read\":[\"penstock-audit\"]}";
  private static final String ALL =
      "{\"admin\":[\"*\"],\"group\":[\"*\"],\"sink\":[\"*\"],\"publish\":[\"*\"],\"read\":[\"*\"]}";

  /** What is done, and as what it must be written down: method, path, body, operation. */
  private record Done(String method, String path, String body, String operation) {}

  private static final List<Done> DONE =
      List.of(
          new Done("PUT", "/streams/orders/groups/g1", "{}", "putGroup"),
          new Done("POST", "/streams/orders/groups/g1/seek", "{\"to\":\"earliest\"}", "seekGroup"),
          new Done("DELETE", "/streams/orders/groups/g1", "", "deleteGroup"),
          new Done("POST", "/views/v1/rebuild", "", "rebuildView"),
          new Done("POST", "/streams/orders/dead-letters/replay?view=v1", "", "replayDeadLetters"),
          new Done("POST", "/revocations", "{\"subject\":\"eve\"}", "revokeTokens"),
          new Done("DELETE", "/streams/gone", "", "deleteStream"));

  @TempDir Path directory;

  @Test
  void namesAreThoseOfTheDescription() {
    try (var issuer = new TestIssuer();
        var redis = RedisServer.start();
        var service = PackagedService.start(directory, settings(issuer, redis))) {
      service.awaitReady();
      String uri = service.uri();
      as(issuer, "ann", ALL)
          .contentType("application/json")
          .body("{}")
          .post(uri + "/streams/gone/events?type=t")
          .then()
          .statusCode(201);
      Set<String> expected = new HashSet<>();
      for (Done one : DONE) {
        int status =
            as(issuer, "ann", ALL)
                .contentType("application/json")
                .body(one.body())
                .request(one.method(), uri + one.path())
                .statusCode();
        assertThat(status).as("%s: %s", one, service.log()).isBetween(200, 299);
        expected.add("done " + one.operation());
      }
      as(issuer, "eve2", "{\"read\":[\"other\"]}")
          .get(uri + "/streams/orders/feed")
          .then()
          .statusCode(403);
      expected.add("refused followStream");

      await()
          .untilAsserted(
              () -> assertThat(written(issuer, uri)).containsExactlyInAnyOrderElementsOf(expected));
    }
  }

  private Map<String, String> settings(TestIssuer issuer, RedisServer redis) {
    return Map.of(
        "quarkus.redis.hosts",
        redis.uri(),
        "penstock.streams.auto-create",
        "true",
        "penstock.streams.orders.partitions",
        "1",
        "penstock.views.v1.stream",
        "orders",
        "penstock.views.v1.fold",
        "count",
        "penstock.views.v1.key",
        "type",
        "penstock.auth.mode",
        "jwt",
        "mp.jwt.verify.publickey.location",
        issuer.jwksUrl(),
        "mp.jwt.verify.issuer",
        issuer.url(),
        "mp.jwt.verify.audiences",
        TestIssuer.AUDIENCE);
  }

  private static RequestSpecification as(TestIssuer issuer, String subject, String rights) {
    return given()
        .header("Authorization", "Bearer " + issuer.token(subject, new JsonObject(rights)));
  }

  /** Outcome and operation of each record. */
  private static Set<String> written(TestIssuer issuer, String uri) {
    String page =
        as(issuer, "auditor", READ)
            .get(uri + "/streams/penstock-audit/events?limit=100")
            .asString();
    var written = new HashSet<String>();
    new JsonObject(page)
        .getJsonArray("events")
        .forEach(
            event -> {
              JsonObject data = ((JsonObject) event).getJsonObject("data");
              written.add(data.getString("outcome") + " " + data.getString("operation"));
            });
    return written;
  }
}
