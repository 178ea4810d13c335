package penstock.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static penstock.Patience.await;
import static penstock.Requests.awaitReady;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.Patience;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;
import penstock.security.IssuerResource;
import penstock.security.TestIssuer;

/** What callers do, and are refused, as events and as lines of the log. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(IssuerResource.class)
@TestProfile(AuditOverHttpTest.Settings.class)
class AuditOverHttpTest {

  private static final int MAX_REFUSED = 20;
  private static final String EVENTS = "/streams/penstock-audit/events";
  private static final String LOG = "ps:{penstock-audit/0}:events";

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.streams.auto-create", "true"),
          Map.entry("penstock.streams.orders.partitions", "1"),
          Map.entry("penstock.views.v1.stream", "orders"),
          Map.entry("penstock.views.v1.fold", "merge"),
          Map.entry("penstock.sinks.k1.stream", "orders"),
          Map.entry("penstock.sinks.k1.kind", "bean:ignoring"),
          Map.entry("penstock.audit.window", "1s"),
          Map.entry("penstock.audit.max-refused", "" + MAX_REFUSED));
    }
  }

  @Inject AuditLog log;
  @TestHTTPResource URI base;
  TestIssuer issuer;
  RedisServer redis;

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger(AuditLog.class.getName());
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void begin() {
    given()
        .header("Authorization", "Bearer " + token("maker", "{\"publish\":[\"*\"]}"))
        .contentType("application/json")
        .body("{}")
        .post("/streams/orders/events?type=t")
        .then()
        .statusCode(201);
    await().until(() -> log.queued() == 0);
    redis.ask("DEL", LOG);
    logger.addHandler(handler);
  }

  @AfterEach
  void end() {
    logger.removeHandler(handler);
  }

  private String token(String subject, String rights) {
    return issuer.token(subject, new JsonObject(rights));
  }

  private RequestSpecification as(String subject, String rights) {
    return given()
        .urlEncodingEnabled(false)
        .header("Authorization", "Bearer " + token(subject, rights));
  }

  private RequestSpecification auditor() {
    return as("auditor", "{\"read\":[\"penstock-audit\"]}");
  }

  private List<JsonObject> events() {
    String page = auditor().get(EVENTS + "?limit=1000").then().statusCode(200).extract().asString();
    var events = new ArrayList<JsonObject>();
    new JsonObject(page).getJsonArray("events").forEach(event -> events.add((JsonObject) event));
    return events;
  }

  private JsonObject awaitEvent(String type, String path) {
    return await()
        .until(
            () ->
                events().stream()
                    .filter(
                        event ->
                            event.getString("type").equals(type)
                                && path.equals(event.getString("subject")))
                    .findFirst()
                    .orElse(null),
            found -> found != null);
  }

  @Test
  void whatChangesSomethingIsWrittenDown() {
    String rights =
        "{\"admin\":[\"*\"],\"sink\":[\"*\"],\"group\":[\"*\"],\"read\":[\"*\"],\"publish\":[\"*\"]}";
    record Done(String method, String path, String operation) {}
    var all =
        List.of(
            new Done("PUT", "/streams/orders/groups/g1", "putGroup"),
            new Done("POST", "/streams/orders/groups/g1/seek", "seekGroup"),
            new Done("DELETE", "/streams/orders/groups/g1", "deleteGroup"),
            new Done("POST", "/sinks/k1/pause", "pauseSink"),
            new Done("POST", "/sinks/k1/resume", "resumeSink"),
            new Done("POST", "/sinks/k1/replay", "replaySink"),
            new Done("POST", "/views/v1/rebuild", "rebuildView"),
            new Done("POST", "/streams/orders/dead-letters/replay", "replayDeadLetters"),
            new Done("DELETE", "/streams/gone", "deleteStream"));
    as("ann", rights)
        .contentType("application/json")
        .body("{}")
        .post("/streams/gone/events?type=t")
        .then()
        .statusCode(201);
    for (Done one : all) {
      String query =
          one.operation().equals("replayDeadLetters")
              ? "?view=v1"
              : one.operation().equals("replaySink") ? "?from=earliest" : "";
      String body = one.operation().equals("seekGroup") ? "{\"to\":\"earliest\"}" : "{}";
      int status =
          as("ann", rights)
              .contentType("application/json")
              .body(body)
              .request(one.method(), one.path() + query)
              .statusCode();
      assertThat(status).as(one.toString()).isBetween(200, 299);
      JsonObject data = awaitDone(one.operation());
      assertThat(data.getString("who")).isEqualTo("ann");
      assertThat(data.getString("method")).isEqualTo(one.method());
      assertThat(data.getInteger("status")).isEqualTo(status);
      assertThat(data.getString("outcome")).isEqualTo("done");
    }
    assertThat(awaitDone("seekGroup").getJsonObject("names"))
        .isEqualTo(new JsonObject("{\"stream\":\"orders\",\"group\":\"g1\"}"));
    assertThat(awaitDone("replaySink").getJsonObject("names"))
        .isEqualTo(new JsonObject("{\"sink\":\"k1\",\"from\":\"earliest\"}"));
    assertThat(lines).anyMatch(line -> line.contains("pauseSink") && line.contains("\"ann\""));
    assertThat(events())
        .as("what applications do is not")
        .noneMatch(event -> "/streams/gone/events".equals(event.getString("subject")));
  }

  /** The data of the record that says that it was done. */
  private JsonObject awaitDone(String operation) {
    return await()
        .until(
            () ->
                events().stream()
                    .filter(event -> event.getString("type").equals("audit.done"))
                    .map(event -> event.getJsonObject("data"))
                    .filter(data -> operation.equals(data.getString("operation")))
                    .findFirst()
                    .orElse(null),
            found -> found != null);
  }

  @Test
  void whatCouldNotBeDoneIsWrittenDownToo() {
    as("ann", "{\"sink\":[\"*\"]}").post("/sinks/nothing/pause").then().statusCode(404);

    JsonObject data = awaitEvent("audit.failed", "/sinks/nothing/pause").getJsonObject("data");
    assertThat(data.getString("operation")).isEqualTo("pauseSink");
    assertThat(data.getInteger("status")).isEqualTo(404);
  }

  @Test
  void aRightThatIsRefusedIsWrittenDown() {
    as("eve\nforged", "{\"read\":[\"orders\"]}").post("/sinks/k1/pause").then().statusCode(403);
    as("eve", "{\"read\":[\"other\"]}").get("/streams/orders/feed").then().statusCode(403);
    as("eve", "{\"read\":[\"other\"]}").get("/q/metrics").then().statusCode(403);

    JsonObject event = awaitEvent("audit.refused", "/sinks/k1/pause");
    assertThat(event.getString("source")).startsWith("/instances/");
    JsonObject data = event.getJsonObject("data");
    assertThat(data.getString("who")).isEqualTo("eve\nforged");
    assertThat(data.getString("authtype")).isEqualTo("unknown");
    assertThat(data.getString("operation")).isEqualTo("pauseSink");
    assertThat(data.getString("right")).isEqualTo("sink");
    awaitEvent("audit.refused", "/streams/orders/feed");
    awaitEvent("audit.refused", "/q/metrics");
    assertThat(lines).noneMatch(line -> line.contains("\n"));
  }

  /** Of the same kind are floods of requests that name what is not there. */
  @Test
  void tenThousandRefusalsAreAFewRecordsAndACount() throws IOException {
    int requests = 10_000;
    long began = System.nanoTime();
    flood(requests, token("eve", "{\"read\":[\"other\"]}"));
    await().until(() -> counted("refused") + written("audit.refused") >= requests);

    long windows = (System.nanoTime() - began) / 1_000_000_000 + 2;
    assertThat(counted("refused") + written("audit.refused")).isEqualTo(requests);
    assertThat((Long) redis.ask("XLEN", LOG)).isLessThan((MAX_REFUSED + 1) * windows);
    assertThat(lines).hasSizeLessThan((int) ((MAX_REFUSED + 1) * windows));
  }

  private long written(String type) {
    return events().stream().filter(event -> event.getString("type").equals(type)).count();
  }

  private long counted(String outcome) {
    return events().stream()
        .filter(event -> event.getString("type").equals("audit.counted"))
        .mapToLong(event -> event.getJsonObject("data").getLong(outcome, 0L))
        .sum();
  }

  /** On one connection, one behind the other. */
  private void flood(int requests, String token) throws IOException {
    byte[] request =
        "DELETE /streams/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(token)
            .getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout((int) Patience.LIMIT.toMillis());
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (int i = 0; i < requests; i++) {
        socket.getOutputStream().write(request);
        assertThat(status(in)).isEqualTo(403);
      }
    }
  }

  private static int status(InputStream in) throws IOException {
    int status = Integer.parseInt(line(in).split(" ")[1]);
    int length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring(15).strip());
      }
    }
    in.readNBytes(length);
    return status;
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int read = in.read(); read != '\n'; read = in.read()) {
      if (read < 0) {
        throw new IOException("the connection ended");
      }
      if (read != '\r') {
        line.append((char) read);
      }
    }
    return line.toString();
  }

  @Test
  void whoCannotSayWhoCallsIsOnlyCounted() {
    String secret = "no-token-but-a-secret";
    for (int i = 0; i < 30; i++) {
      given()
          .header("Authorization", "Bearer " + secret)
          .post("/sinks/k1/pause?from=" + secret)
          .then()
          .statusCode(401);
    }
    await().until(() -> counted("unauthenticated") >= 30);

    assertThat(counted("unauthenticated")).isEqualTo(30);
    assertThat(written("audit.refused")).isZero();
    assertThat(events().toString()).doesNotContain(secret);
    assertThat(lines.toString()).contains("unauthenticated").doesNotContain(secret);
  }

  @Test
  void nothingOfATokenAQueryOrABodyIsWrittenDown() {
    String token = token("ann", "{\"group\":[\"*\"]}");
    given()
        .header("Authorization", "Bearer " + token)
        .contentType("application/json")
        .body("{\"filter\":\"body-secret\"}")
        .put("/streams/orders/groups/g2?_note=query-secret");
    given()
        .header("Authorization", "Bearer " + token)
        .body("body-secret")
        .post("/sinks/k1/pause?ticket=query-secret")
        .then()
        .statusCode(403);
    awaitEvent("audit.refused", "/sinks/k1/pause");
    await()
        .until(
            () ->
                events().stream()
                    .anyMatch(
                        event -> "/streams/orders/groups/g2".equals(event.getString("subject"))));

    for (String secret : List.of("body-secret", "query-secret", token)) {
      assertThat(events().toString()).doesNotContain(secret);
      assertThat(lines.toString()).doesNotContain(secret);
    }
  }

  @Test
  void theStreamIsReadByWhoMayReadJustThat() {
    String every = "{\"read\":[\"*\"],\"admin\":[\"*\"],\"group\":[\"*\"]}";
    as("ann", every).get(EVENTS).then().statusCode(403);
    as("ann", every).get("/streams/penstock-audit/feed").then().statusCode(403);
    as("ann", every).get("/feed?stream=penstock-audit").then().statusCode(403);
    as("ann", every).get("/streams/penstock-audit").then().statusCode(403);
    as("ann", every).delete("/streams/penstock-audit").then().statusCode(403);
    as("ann", every).put("/streams/penstock-audit/groups/g").then().statusCode(403);
    as("ann", every).get("/streams").then().body(not(containsString("penstock-audit")));
    as("ann", "{\"read\":[\"p*\"]}").get(EVENTS).then().statusCode(403);
    as("ann", "{\"read\":[\"penstock-*\"]}").get(EVENTS).then().statusCode(200);
    auditor().get("/streams").then().body(containsString("penstock-audit"));
  }

  @Test
  void nobodyAppendsToTheStream() {
    String all = "{\"publish\":[\"penstock-audit\",\"*\"]}";
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"forged\",\"source\":\"/instances/a\",\"type\":\"audit.done\"}";
    as("ann", all)
        .contentType("application/cloudevents+json")
        .body(event)
        .post(EVENTS)
        .then()
        .statusCode(403)
        .body("missing", equalTo("publish on penstock-audit, which nobody has"));
    as("ann", all)
        .contentType("application/cloudevents-batch+json")
        .body("[" + event + "]")
        .post(EVENTS)
        .then()
        .statusCode(403);
    as("ann", all)
        .contentType("application/json")
        .header("Penstock-Deliver-After", "1ms")
        .body("{}")
        .post(EVENTS + "?type=audit.done")
        .then()
        .statusCode(403);
    awaitEvent("audit.refused", EVENTS);
    assertThat(events()).noneMatch(one -> one.getString("id").equals("forged"));
  }

  @Test
  void aRecordWaitsForRedis() {
    redis.stop();
    try {
      as("eve", "{\"read\":[\"other\"]}").post("/sinks/k1/resume").then().statusCode(403);
      await().until(() -> lines.stream().anyMatch(line -> line.contains("/sinks/k1/resume")));
    } finally {
      redis.startAgain();
    }
    await()
        .ignoreExceptions()
        .until(
            () ->
                events().stream()
                        .filter(event -> "/sinks/k1/resume".equals(event.getString("subject")))
                        .count()
                    == 1);
    // the audit's way to Redis is another than the next test's
    awaitReady();
  }
}
