package penstock.security.http;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Requests.given;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.redis.RedisResource;
import penstock.security.IssuerResource;
import penstock.security.TestIssuer;

/**
 * Every operation of the API's description, asked for by every kind of caller. An operation that is
 * new fails here until it has a row, and then until it has a rule.
 */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(RightsMatrixTest.Settings.class)
class RightsMatrixTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.views.v1.stream", "orders",
          "penstock.views.v1.fold", "merge",
          "penstock.views.v1.key", "subject",
          "penstock.views.acme~v1.stream", "acme~orders",
          "penstock.views.acme~v1.fold", "merge",
          "penstock.views.acme~v1.key", "subject",
          "penstock.auth.tenant-claim", "org",
          "penstock.auth.tenant-required", "false",
          "penstock.auth.open", "health");
    }
  }

  /** What every operation takes, in the language of rights, to the names in {@link #NAMES}. */
  private static final Map<String, String> NEEDED =
      Map.ofEntries(
          Map.entry("appendEvents", "{\"publish\":[\"orders\"]}"),
          Map.entry("readEvents", "{\"read\":[\"orders\"]}"),
          Map.entry("followStream", "{\"read\":[\"orders\"]}"),
          Map.entry("probeFeed", "{\"read\":[\"orders\"]}"),
          Map.entry("followSeveral", "{\"read\":[\"orders\"],\"view\":[\"v1\"]}"),
          Map.entry("probeSeveral", "{\"read\":[\"orders\"],\"view\":[\"v1\"]}"),
          Map.entry("describeStream", "{\"read\":[\"orders\"]}"),
          Map.entry("listDeadLetters", "{\"read\":[\"orders\"]}"),
          Map.entry("replayDeadLetters", "{\"admin\":[\"orders\"]}"),
          Map.entry("replayDeadLetter", "{\"admin\":[\"orders\"]}"),
          Map.entry("deleteDeadLetter", "{\"admin\":[\"orders\"]}"),
          Map.entry("deleteStream", "{\"admin\":[\"orders\"]}"),
          Map.entry("listScheduledEvents", "{\"read\":[\"orders\"]}"),
          Map.entry("readScheduledEvent", "{\"read\":[\"orders\"]}"),
          Map.entry("moveScheduledEvent", "{\"publish\":[\"orders\"]}"),
          Map.entry("cancelScheduledEvent", "{\"publish\":[\"orders\"]}"),
          Map.entry("listGroups", "{\"group\":[\"orders\"]}"),
          Map.entry("putGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("describeGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("deleteGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("seekGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("pullGroup", "{\"group\":[\"orders\"]}"),
          Map.entry("ackDeliveries", "{\"group\":[\"orders\"]}"),
          Map.entry("nackDeliveries", "{\"group\":[\"orders\"]}"),
          Map.entry("extendDeliveries", "{\"group\":[\"orders\"]}"),
          Map.entry("listEntries", "{\"view\":[\"v1\"]}"),
          Map.entry("readEntry", "{\"view\":[\"v1\"]}"),
          Map.entry("followView", "{\"view\":[\"v1\"]}"),
          Map.entry("probeViewFeed", "{\"view\":[\"v1\"]}"),
          Map.entry("describeView", "{\"view\":[\"v1\"]}"),
          Map.entry("rebuildView", "{\"admin\":[\"v1\"]}"),
          Map.entry("keepMember", "{\"presence\":[\"lobby\"]}"),
          Map.entry("removeMember", "{\"presence\":[\"lobby\"]}"),
          Map.entry("describeSink", "{\"sink\":[\"k1\"]}"),
          Map.entry("pauseSink", "{\"sink\":[\"k1\"]}"),
          Map.entry("resumeSink", "{\"sink\":[\"k1\"]}"),
          Map.entry("replaySink", "{\"sink\":[\"k1\"]}"),
          Map.entry("revokeTokens", "{\"admin\":[\"*\"]}"),
          Map.entry("listMembers", "{\"presence\":[\"lobby\"]}"));

  /**
   * Which show only what the caller may see, or are about the caller alone, and so refuse nobody
   * who is known.
   */
  private static final Map<String, Integer> LISTS =
      Map.of(
          "listStreams", 200,
          "listViews", 200,
          "listSinks", 200,
          "describeSession", 200,
          "beginSession", 200,
          "endSession", 204,
          "issueTicket", 415);

  private static final Map<String, String> NAMES =
      Map.of(
          "stream", "orders",
          "view", "v1",
          "group", "g1",
          "sink", "k1",
          "room", "lobby",
          "member", "ann",
          "key", "k",
          "id", "0.1-0");

  private static final String ALL_OTHERS =
      """
      {"publish":["other-*","order"],"read":["other-*"],"view":["other-*"],"group":["other-*"],"presence":["other-*"],
      "sink":["other-*"],"admin":["other-*"]}
      """;

  @TestHTTPResource URI base;
  TestIssuer issuer;

  private final HttpClient client = HttpClient.newHttpClient();

  /** Operation, method and address. */
  private record Row(String id, String method, String address) {}

  private List<Row> rows;

  @BeforeEach
  void read() throws IOException {
    String admin = issuer.token("root", new JsonObject("{\"admin\":[\"*\"]}"));
    JsonNode description =
        new ObjectMapper()
            .readTree(
                given()
                    .header("Authorization", "Bearer " + admin)
                    .get("/q/openapi?format=json")
                    .asString());
    rows = new ArrayList<>();
    description
        .path("paths")
        .properties()
        .forEach(
            path -> {
              if (path.getKey().startsWith("/q/") || path.getKey().startsWith("/test")) {
                return;
              }
              path.getValue()
                  .properties()
                  .forEach(
                      one -> {
                        String id = one.getValue().path("operationId").asText();
                        if (!id.isEmpty()) {
                          rows.add(
                              new Row(
                                  id,
                                  one.getKey().toUpperCase(Locale.ROOT),
                                  address(path.getKey())));
                        }
                      });
            });
  }

  private static String address(String path) {
    String address = path;
    for (Map.Entry<String, String> name : NAMES.entrySet()) {
      address = address.replace("{" + name.getKey() + "}", name.getValue());
    }
    return address.equals("/feed") ? "/feed?stream=orders&view=v1" : address;
  }

  private int status(Row row, @Nullable String token) {
    return token == null
        ? send(row, row.address())
        : send(row, row.address(), "Authorization", "Bearer " + token);
  }

  /**
   * @param more names of headers, each with its value behind it
   */
  private int send(Row row, String address, String... more) {
    var request =
        HttpRequest.newBuilder(base.resolve(address))
            .timeout(Duration.ofSeconds(20))
            .method(row.method(), HttpRequest.BodyPublishers.ofString("{}"))
            .header("Content-Type", "application/cloudevents+json");
    if (more.length > 0) {
      request.headers(more);
    }
    try {
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      response.body().close();
      return response.statusCode();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(row.toString(), e);
    }
  }

  private Map<String, Integer> statuses(@Nullable String token) {
    var statuses = new TreeMap<String, Integer>();
    rows.forEach(row -> statuses.put(row.id(), status(row, token)));
    return statuses;
  }

  @Test
  void everyOperationHasARow() {
    assertThat(rows)
        .extracting(Row::id)
        .allSatisfy(
            id -> assertThat(NEEDED.containsKey(id) || LISTS.containsKey(id)).as(id).isTrue())
        .containsAll(NEEDED.keySet());
  }

  @Test
  void whoSaysNothingIsRefusedEverywhere() {
    assertThat(statuses(null)).allSatisfy((id, status) -> assertThat(status).as(id).isEqualTo(401));
  }

  @Test
  void whoHasABadTokenIsRefusedEverywhere() {
    String forged =
        TestIssuer.sign(
            "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
            issuer.claims("mallory").encode(),
            TestIssuer.newKey().getPrivate());
    assertThat(statuses(forged))
        .allSatisfy((id, status) -> assertThat(status).as(id).isEqualTo(401));
  }

  @Test
  void whoHasNoRightsSeesNothing() {
    assertThat(statuses(issuer.token(issuer.claims("nobody"))))
        .allSatisfy(
            (id, status) -> assertThat(status).as(id).isEqualTo(LISTS.getOrDefault(id, 403)));
    String token = issuer.token(issuer.claims("nobody"));
    assertThat(given().header("Authorization", "Bearer " + token).get("/streams").asString())
        .isEqualTo("{\"streams\":[]}");
    assertThat(given().header("Authorization", "Bearer " + token).get("/views").asString())
        .isEqualTo("{\"views\":[]}");
  }

  @Test
  void whoHasAllRightsToOtherNamesIsRefused() {
    assertThat(statuses(issuer.token("other", new JsonObject(ALL_OTHERS))))
        .allSatisfy(
            (id, status) -> assertThat(status).as(id).isEqualTo(LISTS.getOrDefault(id, 403)));
  }

  /** Each right but the one that it takes, to the same names. */
  @Test
  void whoHasAllOtherRightsIsRefused() {
    for (Row row : rows) {
      if (LISTS.containsKey(row.id())) {
        continue;
      }
      JsonObject needed = new JsonObject(NEEDED.get(row.id()));
      for (String missing : needed.fieldNames()) {
        var rights = new JsonObject();
        for (String right :
            List.of("publish", "read", "view", "group", "presence", "sink", "admin")) {
          if (!right.equals(missing)) {
            rights.put(right, new io.vertx.core.json.JsonArray().add("*"));
          }
        }
        assertThat(status(row, issuer.token("almost", rights)))
            .as("%s without %s", row.id(), missing)
            .isEqualTo(403);
      }
    }
  }

  @Test
  void whoHasTheRightIsLetThrough() {
    for (Row row : rows) {
      String rights = NEEDED.getOrDefault(row.id(), "{}");
      assertThat(status(row, issuer.token("able", new JsonObject(rights))))
          .as(row.id())
          .isNotIn(401, 403)
          .isLessThan(500);
    }
  }

  private String cookie(String rights) {
    return "penstock-session="
        + as(issuer.token("able", new JsonObject(rights)))
            .post("/session")
            .then()
            .statusCode(200)
            .extract()
            .cookie("penstock-session");
  }

  /** What a token opens its session opens, and nothing else; without a page of ours it is none. */
  @Test
  void aSessionIsWorthItsToken() {
    for (Row row : rows) {
      if (row.id().equals("beginSession") || row.id().equals("issueTicket")) {
        continue; // of a token only, see SessionTest
      }
      String cookie = cookie(NEEDED.getOrDefault(row.id(), "{}"));
      String[] theirs = {"Cookie", cookie, "Sec-Fetch-Site", "cross-site"};
      assertThat(send(row, row.address(), theirs)).as(row.id()).isEqualTo(403);
      String[] ours = {"Cookie", cookie, "Sec-Fetch-Site", "same-origin"};
      assertThat(send(row, row.address(), ours)).as(row.id()).isNotIn(401, 403).isLessThan(500);
      String[] without = {"Cookie", cookie("{}"), "Sec-Fetch-Site", "same-origin"};
      int expected = LISTS.getOrDefault(row.id(), 403);
      assertThat(send(row, row.address(), without)).as(row.id()).isEqualTo(expected);
    }
  }

  /** A ticket opens the one feed that it is for. */
  @Test
  void aTicketOpensNoOtherOperation() {
    String token = ofTenant("acme");
    for (Row row : rows) {
      String ticket =
          as(token)
              .contentType("application/json")
              .body("{\"path\":\"/streams/orders/feed\"}")
              .post("/tickets")
              .path("ticket");
      String address = row.address() + (row.address().contains("?") ? "&" : "?");
      assertThat(send(row, address + "ticket=" + ticket))
          .as(row.id())
          .isEqualTo(row.id().equals("followStream") ? 200 : 401);
    }
  }

  /** No operation passes for another by how its path is written. */
  @Test
  void pathsThatPlayTricksReachNothing() {
    String token =
        issuer.token(
            "t",
            new JsonObject("{\"read\":[\"public\"],\"view\":[{\"view\":\"v1\",\"key\":\"-\"}]}"));
    for (String path :
        List.of(
            "/streams/public%2F..%2Forders/events",
            "/streams/public/../orders/events",
            "/streams/./orders/events",
            "/streams//orders/events",
            "/streams/ORDERS/events",
            "/streams/orders;public/events",
            "/streams/orders%00/events",
            "/streams/%6frders/events",
            "/views/v1/entries//orders",
            "/views/v1/entries/./-",
            "/views/v1/entries/../entries/k",
            "/views/v1/entries/-/..",
            "/views/v1/entries/k;-",
            "//streams/orders/events",
            "/q/../streams/orders/events",
            "/q/health/../../streams/orders/events",
            "/feed?stream=public&stream=orders",
            "/feed?stream=orders&stream=public")) {
      int status =
          given()
              .urlEncodingEnabled(false)
              .header("Authorization", "Bearer " + token)
              .get(path)
              .statusCode();
      assertThat(status).as(path).isIn(400, 403, 404);
    }
  }

  private String ofTenant(String tenant) {
    var rights = new JsonObject();
    for (String right : List.of("publish", "read", "view", "group", "presence", "sink", "admin")) {
      rights.put(right, new io.vertx.core.json.JsonArray().add("*"));
    }
    return issuer.token(issuer.claims("all").put("penstock", rights).put("org", tenant));
  }

  /** What an operation answers, of a feed up to where it is live or ends. */
  private String answer(Row row, String token) {
    var request =
        HttpRequest.newBuilder(base.resolve(row.address()))
            .timeout(Duration.ofSeconds(20))
            .method(row.method(), HttpRequest.BodyPublishers.ofString("{}"))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + token)
            .build();
    try (InputStream body =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body()) {
      var seen = new StringBuilder();
      byte[] bytes = new byte[8192];
      int read = body.read(bytes);
      while (read >= 0) {
        seen.append(new String(bytes, 0, read, java.nio.charset.StandardCharsets.UTF_8));
        if (seen.indexOf("caught-up") >= 0) {
          break;
        }
        read = body.read(bytes);
      }
      return seen.toString();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(row.toString(), e);
    }
  }

  private io.restassured.specification.RequestSpecification as(String token) {
    return given().urlEncodingEnabled(false).header("Authorization", "Bearer " + token);
  }

  /** With all rights there are, of another tenant: everything is asked for, and changed. */
  @Test
  void whoIsOfAnotherTenantNeitherSeesNorChangesAnything() {
    String acme = ofTenant("acme");
    as(acme)
        .contentType("application/cloudevents+json")
        .body(
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"k\",\"data\":{\"a\":\"of-acme\"}}")
        .post("/streams/orders/events")
        .then()
        .statusCode(201);
    as(acme)
        .contentType("application/json")
        .body("{\"start\":\"earliest\"}")
        .put("/streams/orders/groups/g1")
        .then()
        .statusCode(201);
    as(acme).put("/presence/lobby/ann?ttl=2m").then().statusCode(201);
    for (String tenant : List.of("globex", "acme2", "acm", "a")) {
      String token = ofTenant(tenant);
      for (Row row : rows) {
        assertThat(answer(row, token))
            .as("%s of %s", row.id(), tenant)
            .doesNotContain("of-acme")
            .doesNotContain("acme~")
            .doesNotContain("~orders");
      }
    }
    as(acme)
        .get("/streams/orders/events")
        .then()
        .body("events.size()", org.hamcrest.Matchers.is(1));
    as(acme)
        .get("/streams/orders/groups")
        .then()
        .body("groups.name", org.hamcrest.Matchers.hasItem("g1"));
    as(acme)
        .get("/presence/lobby")
        .then()
        .body("members.member", org.hamcrest.Matchers.hasItem("ann"));
    // and it could have seen them: what is asked is not empty for its owner
    for (Row row : rows) {
      if (List.of("readEvents", "listGroups", "listMembers").contains(row.id())) {
        assertThat(answer(row, acme)).as(row.id()).containsAnyOf("of-acme", "g1", "ann");
      }
    }
  }
}
