package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.awaitReady;
import static penstock.Requests.given;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import penstock.problem.ProblemType;
import penstock.redis.RedisConversation;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** Holds the OpenAPI description against the service: what is there, and what it really answers. */
@QuarkusTest
@WithTestResource(value = RedisResource.class, scope = TestResourceScope.RESTRICTED_TO_CLASS)
@TestProfile(ApiDescriptionTest.Settings.class)
class ApiDescriptionTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.ofEntries(
          Map.entry("penstock.streams.auto-create", "false"),
          Map.entry("penstock.streams.orders.partitions", "1"),
          Map.entry("penstock.views.open-orders.stream", "orders"),
          Map.entry("penstock.views.open-orders.fold", "merge"),
          Map.entry("penstock.views.open-orders.deletes", "order.closed"),
          Map.entry("penstock.views.orders-by-type.stream", "orders"),
          Map.entry("penstock.views.orders-by-type.fold", "count"),
          Map.entry("penstock.views.orders-by-type.key", "type"),
          Map.entry("penstock.sinks.access-system.stream", "orders"),
          Map.entry("penstock.sinks.access-system.kind", "bean:ignoring"),
          Map.entry("penstock.ingest.body-timeout", "5s"),
          Map.entry("penstock.presence.body-timeout", "2s"),
          Map.entry("penstock.group.body-timeout", "1s"),
          Map.entry("penstock.auth.body-timeout", "1s"),
          Map.entry("penstock.presence.max-members", "2"),
          // Resources that other tests bring along.
          Map.entry("mp.openapi.scan.exclude.packages", "penstock.http,penstock.admin"));
    }
  }

  private static final String EVENT = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";

  /** Where the resources are that other tests bring along. */
  private static final String OF_TESTS = " /test/";

  /** A filter of the configuration, not an operation. */
  private static final String HEADERS_OF_PAGES = " /(index\\.html|demo/.*)?";

  private static final String PROBLEM = "application/problem+json";

  /** What any request can get, told in the document's own words. */
  private static final Set<ProblemType> EVERYWHERE =
      EnumSet.of(
          ProblemType.UNAUTHENTICATED,
          ProblemType.INVALID_TOKEN,
          ProblemType.FORBIDDEN,
          ProblemType.IDENTITY_UNAVAILABLE,
          ProblemType.NOT_FOUND,
          ProblemType.METHOD_NOT_ALLOWED,
          ProblemType.NOT_ACCEPTABLE,
          ProblemType.URI_TOO_LONG,
          ProblemType.HEADERS_TOO_LARGE,
          ProblemType.VERSION_NOT_SUPPORTED,
          ProblemType.INTERNAL_ERROR);

  /** Responses that no request brings about by itself. */
  private static final Set<String> NEED_A_CROWD =
      Set.of(
          "429",
          "GET /q/health/live 503",
          "GET /q/health/started 503",
          "HEAD /streams/{stream}/feed 503",
          "HEAD /feed 503");

  private static final ObjectMapper JSON = new ObjectMapper();

  RedisServer redis;
  @TestHTTPResource URI base;
  @Inject RouterWitness router;

  private final Set<String> seen = new TreeSet<>();
  private ApiDescription api;

  @BeforeEach
  void load() {
    api = new ApiDescription(given().get("/q/openapi?format=json").asString());
  }

  @Test
  void isOpenApi31AndTakenByTheParserOfSwagger() {
    assertThat(api.document().path("openapi").asText()).startsWith("3.1.");
    var options = new ParseOptions();
    options.setResolve(true);
    var parsed = new OpenAPIV3Parser().readContents(api.document().toString(), null, options);
    assertThat(parsed.getMessages()).isEmpty();
    assertThat(parsed.getOpenAPI().getPaths()).hasSize(api.document().path("paths").size());
    assertThat(given().get("/q/openapi").asString()).startsWith("---\nopenapi: 3.1.");
  }

  @Test
  void tellsOfEveryRoute() {
    Set<String> routes =
        router.operations().stream()
            .filter(one -> !one.startsWith("OPTIONS") && !one.contains(" /q/"))
            .filter(one -> !one.contains(OF_TESTS))
            .filter(one -> !one.endsWith(HEADERS_OF_PAGES))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> told =
        api.operations().keySet().stream()
            .filter(one -> !one.contains(" /q/"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(told).isEqualTo(routes);
    Set<String> ids = new TreeSet<>();
    api.operations().values().forEach(one -> ids.add(one.path("operationId").asText()));
    assertThat(ids).hasSameSizeAs(api.operations().keySet()).doesNotContain("");
  }

  @Test
  void problemsAreThoseOfTheCatalogue() {
    Map<String, ProblemType> catalogue =
        Arrays.stream(ProblemType.values()).collect(Collectors.toMap(ProblemType::slug, t -> t));
    JsonNode examples = api.document().at("/components/examples");
    examples
        .properties()
        .forEach(
            example -> {
              ProblemType type = catalogue.get(example.getKey());
              JsonNode value = example.getValue().path("value");
              assertThat(value.path("type").asText()).isEqualTo(type.uri());
              assertThat(value.path("title").asText()).isEqualTo(type.title());
              assertThat(value.path("status").asInt()).isEqualTo(type.status());
            });
    Set<String> told = new TreeSet<>();
    for (String response : api.responses()) {
      int blank = response.lastIndexOf(' ');
      int status = Integer.parseInt(response.substring(blank + 1));
      for (String slug : api.problems(response.substring(0, blank), status)) {
        assertThat(catalogue.get(slug).status()).as("%s: %s", response, slug).isEqualTo(status);
        told.add(slug);
      }
    }
    Set<String> wanted =
        Arrays.stream(ProblemType.values())
            .filter(type -> !EVERYWHERE.contains(type))
            .map(ProblemType::slug)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(told).isEqualTo(wanted);
    for (ProblemType type : EVERYWHERE) {
      assertThat(api.document().at("/info/description").asText()).contains(type.slug());
    }
  }

  @Test
  void examplesFitTheirSchemas() {
    assertThat(api.brokenExamples()).isEmpty();
  }

  /** Every response that the document tells of is brought about and held against it. */
  @Test
  void realResponsesAreAsTold() throws Exception {
    appends();
    schedule();
    reads();
    views();
    deadLetters();
    groups();
    sinks();
    rebuild();
    feed();
    viewFeed();
    combinedFeed();
    presence();
    callers();
    operation();
    withoutRedis();
    Set<String> left = new TreeSet<>(api.responses());
    left.removeAll(seen);
    left.removeIf(one -> NEED_A_CROWD.stream().anyMatch(one::endsWith));
    assertThat(left).as("responses that were told of and not seen").isEmpty();
  }

  private static String event(String id, String subject, String type) {
    return """
    {"specversion":"1.0","id":"%s","source":"/shop","type":"%s","subject":"%s","data":{"total":1.10}}
    """
        .formatted(id, type, subject);
  }

  private void appends() throws IOException {
    String path = "/streams/{stream}/events";
    post(path, 201, EVENT, event("1", "o-1", "order.placed"));
    post(path, 200, EVENT, event("1", "o-1", "order.placed"));
    post(path, 201, BATCH, "[" + event("2", "o/2", "order.placed") + "]");
    String binary =
        """
        {"specversion":"1.0","id":"3","source":"/shop","type":"scanned","subject":"o-1",
         "sampled":true,"depth":3,"data_base64":"AAEC","traceparent":"00-a-b-01"}
        """;
    post(path, 201, EVENT, binary);
    check(
        "POST " + path,
        201,
        given().contentType("application/json").body("[1]").post("/streams/orders/events?type=t"));
    post(path, 400, EVENT, "{}");
    post(path, 400, EVENT, "{x");
    post(path, 413, EVENT, event("4", "o-1", "x".repeat(300_000)));
    post(path, 415, "text/csv", "a,b");
    given()
        .contentType("application/json")
        .header("Idempotency-Key", "k")
        .body("[1]")
        .post("/streams/orders/events?type=t");
    check(
        "POST " + path,
        422,
        given()
            .contentType("application/json")
            .header("Idempotency-Key", "k")
            .body("[2]")
            .post("/streams/orders/events?type=t"));
    check(
        "POST " + path,
        404,
        given().contentType(EVENT).body(event("1", "s", "t")).post("/streams/none/events"));
    slow("POST " + path, "POST /streams/orders/events", EVENT);
  }

  private void schedule() {
    String path = "/streams/{stream}/events";
    String batch =
        "[%s,%s]"
            .formatted(
                event("soon", "o-1", "order.placed"),
                event("late", "o-1", "order.placed")
                    .replaceFirst(
                        "\\{",
                        "{\"deliverat\":\"%s\",".formatted(Instant.now().plusSeconds(3_600))));
    post(path, 202, BATCH, batch);
    String all = "/streams/{stream}/scheduled";
    get(all, 200, "/streams/orders/scheduled?limit=1");
    get(all, 400, "/streams/orders/scheduled?after=x");
    get(all, 404, "/streams/none/scheduled");
    String one = all + "/{id}";
    String id = raw().get("/streams/orders/scheduled").jsonPath().getString("scheduled[0].id");
    String mine = "/streams/orders/scheduled/" + id;
    String nobodys = "/streams/orders/scheduled/0.1795172913901123";
    get(one, 200, mine);
    get(one, 400, mine + "x");
    get(one, 404, nobodys);
    check("PUT " + one, 200, raw().put(mine + "?deliver-after=2h"));
    check("PUT " + one, 400, raw().put(mine));
    check("PUT " + one, 404, raw().put(nobodys + "?deliver-after=2h"));
    check("DELETE " + one, 204, raw().delete(mine));
    check("DELETE " + one, 400, raw().delete(mine + "x"));
    check("DELETE " + one, 404, raw().delete(nobodys));
  }

  private void slow(String operation, String request, String contentType) throws IOException {
    try (var socket = new Socket(base.getHost(), base.getPort())) {
      socket
          .getOutputStream()
          .write(
              (request
                      + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                      + contentType
                      + "\r\nContent-Length: 100\r\n\r\n{")
                  .getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout((int) Patience.LIMIT.toMillis());
      String answer = "";
      while (!answer.endsWith("}")) {
        byte[] chunk = new byte[4096];
        int read = socket.getInputStream().read(chunk);
        assertThat(read).as("answered so far: " + answer).isPositive();
        answer += new String(chunk, 0, read, StandardCharsets.UTF_8);
      }
      assertThat(answer).startsWith("HTTP/1.1 408");
      assertThat(socket.getInputStream().read()).as("the connection has ended").isEqualTo(-1);
      checkBody(operation, 408, PROBLEM, answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }
  }

  private void post(String path, int status, String contentType, String body) {
    check(
        "POST " + path,
        status,
        given().contentType(contentType).body(body).post("/streams/orders/events"));
  }

  private void get(String operation, int status, String path) {
    check("GET " + operation, status, raw().get(path));
  }

  private static RequestSpecification raw() {
    return given().urlEncodingEnabled(false);
  }

  private void reads() {
    get("/streams", 200, "/streams");
    get("/streams/{stream}", 200, "/streams/orders");
    get("/streams/{stream}", 400, "/streams/Orders");
    get("/streams/{stream}", 404, "/streams/none");
    String remove = "DELETE /streams/{stream}";
    check(remove, 204, raw().delete("/streams/presence"));
    check(remove, 404, raw().delete("/streams/none"));
    check(remove, 400, raw().delete("/streams/Orders"));
    String page = "/streams/{stream}/events";
    get(page, 200, "/streams/orders/events");
    get(page, 200, "/streams/orders/events?limit=1&type=scanned&type=x&subject=o-1");
    get(page, 200, "/streams/orders/events?cursor=latest");
    get(page, 400, "/streams/orders/events?limit=0");
    get(page, 400, "/streams/orders/events?cursor=nonsense");
    get(page, 400, "/streams/Orders/events");
    get(page, 404, "/streams/none/events");
    get(page, 410, "/streams/orders/events?cursor=" + FOREIGN);
  }

  /** A good cursor of a log that there is not. */
  private static final String FOREIGN = "AVfnVTiwxhoBM962psyIv2gA";

  private void views() {
    get("/views", 200, "/views");
    get("/views/{view}", 200, "/views/open-orders");
    get("/views/{view}", 400, "/views/Open");
    get("/views/{view}", 404, "/views/none");
    String cursor =
        raw().get("/streams/orders/events?cursor=latest").jsonPath().getString("cursor");
    String page = "/views/{view}/entries";
    get(page, 200, "/views/open-orders/entries?limit=1&at-least=" + cursor);
    get(page, 200, "/views/orders-by-type/entries?after=order&at-least=" + cursor);
    get(page, 400, "/views/open-orders/entries?wait=long");
    get(page, 400, "/views/open-orders/entries?at-least=nonsense");
    get(page, 404, "/views/none/entries");
    get(page, 410, "/views/open-orders/entries?at-least=" + FOREIGN);
    String entry = "/views/{view}/entries/{key}";
    get(entry, 200, "/views/open-orders/entries/o-1?at-least=" + cursor);
    get(entry, 200, "/views/open-orders/entries/o%2F2");
    get(entry, 400, "/views/Open/entries/o-1");
    get(entry, 404, "/views/none/entries/o-1");
    get(entry, 404, "/views/open-orders/entries/o-9");
    get(entry, 410, "/views/open-orders/entries/o-1?at-least=" + FOREIGN);
    String tag = raw().get("/views/open-orders/entries/o-1").header("ETag");
    assertThat(tag).isNotNull();
    check(
        "GET " + entry,
        304,
        raw().header("If-None-Match", tag).get("/views/open-orders/entries/o-1"));
  }

  private void deadLetters() {
    String all = "/streams/{stream}/dead-letters";
    post("/streams/{stream}/events", 201, BATCH, "[" + bad("bad-1") + "," + bad("bad-2") + "]");
    await()
        .until(
            () -> raw().get("/streams/orders/dead-letters").jsonPath().getList("deadLetters"),
            letters -> letters.size() >= 2);
    get(all, 200, "/streams/orders/dead-letters?view=open-orders&limit=1");
    get(all, 400, "/streams/orders/dead-letters?limit=0");
    get(all, 404, "/streams/none/dead-letters");
    String one = all + "/{id}";
    String id = raw().get("/streams/orders/dead-letters").jsonPath().getString("deadLetters[0].id");
    String path = "/streams/orders/dead-letters/" + id;
    check("POST " + one + "/replay", 202, raw().post(path + "/replay"));
    check("POST " + one + "/replay", 400, raw().post("/streams/orders/dead-letters/x/replay"));
    check("POST " + one + "/replay", 404, raw().post("/streams/orders/dead-letters/0.1-1/replay"));
    check("DELETE " + one, 202, raw().delete(path));
    check("DELETE " + one, 400, raw().delete("/streams/orders/dead-letters/x"));
    check("DELETE " + one, 404, raw().delete("/streams/orders/dead-letters/0.1-1"));
    String replay = "POST " + all + "/replay";
    check(replay, 202, raw().post("/streams/orders/dead-letters/replay?view=open-orders"));
    check(replay, 400, raw().post("/streams/orders/dead-letters/replay"));
    check(replay, 404, raw().post("/streams/orders/dead-letters/replay?view=none"));
    try (RedisConversation direct = redis.open()) {
      Object old =
          direct.ask(
              "XADD",
              "ps:{orders/0}:dead",
              "*",
              "view",
              "open-orders",
              "generation",
              "old-0",
              "reason",
              "old",
              "position",
              "1-1");
      check(
          "POST " + one + "/replay",
          409,
          raw().post("/streams/orders/dead-letters/0." + old + "/replay"));
    }
  }

  private static String bad(String id) {
    return """
    {"specversion":"1.0","id":"%s","source":"/shop","type":"order.placed","subject":"o-1","data":[1]}
    """
        .formatted(id);
  }

  private void rebuild() {
    String path = "POST /views/{view}/rebuild";
    check(path, 202, raw().post("/views/open-orders/rebuild"));
    check(path, 400, raw().post("/views/Open/rebuild"));
    check(path, 404, raw().post("/views/none/rebuild"));
    try (RedisConversation direct = redis.open()) {
      direct.ask("HSET", "ps:{orders/0}:log", "trimmed", "1-0");
      check(path, 409, raw().post("/views/orders-by-type/rebuild"));
      direct.ask("HSET", "ps:{orders/0}:log", "trimmed", "0-0");
    }
  }

  private void feed() throws IOException {
    String path = "/streams/{stream}/feed";
    String feed = "/streams/orders/feed";
    feedRequests(path, feed, feed + "?cursor=nonsense", "/streams/none/feed");
    try (FeedLines lines = new FeedLines(base, feed + "?cursor=earliest")) {
      assertThat(lines.next("content-type: ")).isEqualTo("text/event-stream;charset=UTF-8");
      assertThat(api.checkAgainst("CloudEvent", lines.next("data: "))).isEmpty();
    }
    seen.add("GET " + path + " 200");
  }

  private void viewFeed() throws IOException {
    String path = "/views/{view}/feed";
    String feed = "/views/open-orders/feed";
    feedRequests(path, feed, feed + "?cursor=nonsense", "/views/none/feed");
    for (String query : List.of("", "?key=o-1")) {
      try (FeedLines lines = new FeedLines(base, feed + query)) {
        assertThat(lines.next("content-type: ")).isEqualTo("text/event-stream;charset=UTF-8");
        assertThat(lines.next("event: ")).isEqualTo("snapshot");
        JsonNode entry = JSON.readTree(lines.next("data: ")).path("entries").path(0);
        assertThat(api.checkAgainst("Entry", entry.toString())).isEmpty();
      }
    }
    seen.add("GET " + path + " 200");
  }

  private void combinedFeed() throws IOException {
    String path = "/feed";
    feedRequests(
        path,
        "/feed?stream=orders&view=open-orders",
        "/feed?stream=orders&cursor=nonsense",
        "/feed?view=none");
    get(path, 404, "/feed?stream=none");
    check("HEAD " + path, 400, raw().head("/feed"));
    try (FeedLines lines = new FeedLines(base, "/feed?stream=orders&cursor=earliest")) {
      assertThat(lines.next("content-type: ")).isEqualTo("text/event-stream;charset=UTF-8");
      JsonNode data = JSON.readTree(lines.next("data: "));
      assertThat(data.path("stream").asText()).isEqualTo("orders");
      assertThat(api.checkAgainst("CloudEvent", data.path("event").toString())).isEmpty();
    }
    seen.add("GET " + path + " 200");
  }

  private static final String SESSION = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

  private static final String ACK_ID = "AQEjRWeJq83vAADb86aMnzQAAQ";

  private static final String OF_GROUPS = "/streams/{stream}/groups";

  private static Response json(String method, String path, String body) {
    return raw().contentType("application/json").body(body).request(method, path);
  }

  private static final String OF_SINK = "/sinks/{sink}";

  private void sinks() {
    get("/sinks", 200, "/sinks");
    get(OF_SINK, 200, "/sinks/access-system");
    get(OF_SINK, 400, "/sinks/Access");
    get(OF_SINK, 404, "/sinks/none");
    for (String what : List.of("pause", "resume", "replay")) {
      String operation = "POST " + OF_SINK + "/" + what;
      String query = what.equals("replay") ? "?from=earliest" : "";
      check(operation, 202, raw().post("/sinks/access-system/" + what + query));
      check(operation, 400, raw().post("/sinks/Access/" + what + query));
      check(operation, 404, raw().post("/sinks/none/" + what + query));
    }
    check(
        "POST " + OF_SINK + "/replay",
        410,
        raw().post("/sinks/access-system/replay?from=" + FOREIGN));
  }

  private void sinksWithoutRedis() {
    get("/sinks", 503, "/sinks");
    get(OF_SINK, 503, "/sinks/access-system");
    for (String what : List.of("pause", "resume", "replay?from=earliest")) {
      check(
          "POST " + OF_SINK + "/" + what.replaceFirst("\\?.*", ""),
          503,
          raw().post("/sinks/access-system/" + what));
    }
  }

  private void groups() throws IOException {
    String one = OF_GROUPS + "/{group}";
    String group = "/streams/orders/groups/mailers";
    String put = "PUT " + one;
    check(put, 201, json("PUT", group, "{\"backoff\":[\"1s\"],\"filter\":{\"sql\":\"TRUE\"}}"));
    check(put, 200, json("PUT", group, "{}"));
    check(put, 409, json("PUT", group, "{\"ordered\":true}"));
    check(put, 410, json("PUT", group + "2", "{\"start\":\"" + FOREIGN + "\"}"));
    get(OF_GROUPS, 200, "/streams/orders/groups");
    get(OF_GROUPS, 400, "/streams/Orders/groups");
    get(OF_GROUPS, 404, "/streams/none/groups");
    String ackId = deliveries(one, group);
    get(one, 200, group);
    get(one, 400, "/streams/orders/groups/Mailers");
    get(one, 404, "/streams/orders/groups/none");
    check(
        "POST " + one + "/nack",
        200,
        json("POST", group + "/nack", "{\"drop\":true,\"ackIds\":[\"" + ackId + "\"]}"));
    String letters = "/streams/{stream}/dead-letters";
    get(letters, 200, "/streams/orders/dead-letters?group=mailers");
    check(
        "POST " + letters + "/replay",
        202,
        raw().post("/streams/orders/dead-letters/replay?group=mailers"));
    String seek = "POST " + one + "/seek";
    check(seek, 200, json("POST", group + "/seek", "{\"to\":\"earliest\"}"));
    check(seek, 404, json("POST", "/streams/orders/groups/none/seek", "{\"to\":\"earliest\"}"));
    check(seek, 410, json("POST", group + "/seek", "{\"to\":\"" + FOREIGN + "\"}"));
    refusedBodies("PUT", one, group);
    for (String what : List.of("/seek", "/pull", "/ack", "/nack", "/extend")) {
      refusedBodies("POST", one + what, group + what);
    }
    check("DELETE " + one, 204, raw().delete(group));
    check("DELETE " + one, 400, raw().delete("/streams/orders/groups/Mailers"));
    check("DELETE " + one, 404, raw().delete(group));
  }

  /** Returns the ackId of an event that is still out. */
  private String deliveries(String one, String group) {
    String pull = "POST " + one + "/pull";
    Response pulled = json("POST", group + "/pull", "{\"max\":200,\"lease\":\"1h\"}");
    check(pull, 200, pulled);
    check(pull, 204, raw().post(group + "/pull"));
    check(pull, 200, json("POST", group + "/pull", "{\"ackIds\":[\"" + ACK_ID + "\"]}"));
    check(pull, 404, raw().post("/streams/orders/groups/none/pull"));
    List<String> ids = pulled.jsonPath().getList("messages.ackId");
    String first = "{\"ackIds\":[\"" + ids.getFirst() + "\"]}";
    check("POST " + one + "/extend", 200, json("POST", group + "/extend", first));
    check("POST " + one + "/ack", 200, json("POST", group + "/ack", first));
    check("POST " + one + "/nack", 200, json("POST", group + "/nack", first));
    for (String what : List.of("/ack", "/nack", "/extend")) {
      check("POST " + one + what, 404, json("POST", "/streams/none/groups/mailers" + what, first));
    }
    return ids.getLast();
  }

  private void refusedBodies(String method, String operation, String path) throws IOException {
    String told = method + " " + operation;
    check(told, 400, json(method, path, "{x"));
    check(told, 413, json(method, path, "{\"x\":\"" + "x".repeat(300_000) + "\"}"));
    check(told, 415, raw().contentType("text/csv").body("a,b").request(method, path));
    slow(told, method + " " + path, "application/json");
    if (method.equals("PUT")) {
      check(told, 404, json(method, "/streams/none/groups/mailers", "{}"));
    }
  }

  /** What is told without a feed: to HEAD, and to a request that is wrong in itself. */
  private void feedRequests(String path, String good, String bad, String unknown) {
    get(path, 400, bad);
    get(path, 404, unknown);
    check("HEAD " + path, 200, raw().head(good));
    check("HEAD " + path, 400, raw().head(bad));
    check("HEAD " + path, 404, raw().head(unknown));
    assertThat(api.mediaTypes("GET " + path, 200)).containsExactly("text/event-stream");
  }

  private void presence() throws IOException {
    String member = "/presence/{room}/{member}";
    String room = "/presence/{room}";
    String ann = "/presence/lobby/ann";
    check("PUT " + member, 201, raw().put(ann + "?ttl=PT5M"));
    check(
        "PUT " + member,
        200,
        raw().contentType("application/json").body("{\"a\":[1.10]}").put(ann));
    check("PUT " + member, 400, raw().put(ann + "?ttl=0"));
    check("PUT " + member, 400, raw().body("{x").put(ann));
    check("PUT " + member, 400, raw().put("/presence/lobby/" + "x".repeat(257)));
    check("PUT " + member, 413, raw().body("\"" + "x".repeat(5_000) + "\"").put(ann));
    check("PUT " + member, 201, raw().put("/presence/lobby/bob"));
    check("PUT " + member, 409, raw().put("/presence/lobby/cy"));
    slow("PUT " + member, "PUT " + ann, "application/json");
    get(room, 200, "/presence/lobby");
    get(room, 200, "/presence/lobby?limit=1&after=ann");
    get(room, 200, "/presence/nobody");
    get(room, 400, "/presence/lobby?limit=0");
    get(room, 400, "/presence/" + "x".repeat(257));
    check("DELETE " + member, 204, raw().delete(ann));
    check("DELETE " + member, 400, raw().delete("/presence/lobby/" + "x".repeat(257)));
    check("DELETE " + member, 404, raw().delete(ann));
  }

  private void operation() {
    for (String check : Set.of("live", "ready", "started")) {
      await().until(() -> given().get("/q/health/" + check).statusCode() == 200);
      get("/q/health/" + check, 200, "/q/health/" + check);
    }
    Response metrics = given().accept("text/plain").get("/q/metrics");
    assertThat(metrics.contentType()).startsWith("text/plain");
    assertThat(given().get("/q/metrics").contentType()).startsWith("application/openmetrics-text");
    seen.add("GET /q/metrics 200");
    get("/q/openapi", 200, "/q/openapi?format=json");
  }

  private void callers() throws IOException {
    check("GET /session", 200, raw().get("/session"));
    check("POST /session", 200, raw().post("/session"));
    check("DELETE /session", 204, raw().delete("/session"));
    String feed = "{\"path\":\"/streams/orders/feed\"}";
    check("POST /tickets", 200, json("POST", "/tickets", feed));
    check("POST /revocations", 204, json("POST", "/revocations", "{\"token\":\"t-1\"}"));
    for (String path : List.of("/tickets", "/revocations")) {
      check("POST " + path, 400, json("POST", path, "{}"));
      check("POST " + path, 400, json("POST", path, "{"));
      check("POST " + path, 413, json("POST", path, " ".repeat(10_000)));
      check("POST " + path, 415, raw().contentType("text/plain").body("{}").post(path));
      slow("POST " + path, "POST " + path, "application/json");
    }
  }

  private void withoutRedis() {
    String cursor =
        raw().get("/streams/orders/events?cursor=latest").jsonPath().getString("cursor");
    redis.stop();
    try {
      await().until(() -> given().get("/q/health/ready").statusCode() == 503);
      get("/q/health/ready", 503, "/q/health/ready");
      post("/streams/{stream}/events", 503, EVENT, event("9", "o-1", "order.placed"));
      get("/streams", 503, "/streams");
      get("/streams/{stream}", 503, "/streams/orders");
      check("DELETE /streams/{stream}", 503, raw().delete("/streams/orders"));
      get("/streams/{stream}/events", 503, "/streams/orders/events");
      String waiting = "/streams/{stream}/scheduled";
      String one = "/streams/orders/scheduled/0.1795172913901123";
      get(waiting, 503, "/streams/orders/scheduled");
      get(waiting + "/{id}", 503, one);
      check("PUT " + waiting + "/{id}", 503, raw().put(one + "?deliver-after=2h"));
      check("DELETE " + waiting + "/{id}", 503, raw().delete(one));
      get("/views/{view}", 503, "/views/open-orders");
      check("POST /session", 503, raw().post("/session"));
      check("DELETE /session", 503, raw().cookie("penstock-session", SESSION).delete("/session"));
      check("POST /tickets", 503, json("POST", "/tickets", "{\"path\":\"/feed\"}"));
      check("POST /revocations", 503, json("POST", "/revocations", "{\"token\":\"t-1\"}"));
      sinksWithoutRedis();
      String group = "/streams/orders/groups/mailers";
      String ids = "{\"ackIds\":[\"" + ACK_ID + "\"],\"to\":\"earliest\"}";
      get(OF_GROUPS, 503, "/streams/orders/groups");
      get(OF_GROUPS + "/{group}", 503, group);
      check("DELETE " + OF_GROUPS + "/{group}", 503, raw().delete(group));
      check("PUT " + OF_GROUPS + "/{group}", 503, json("PUT", group, "{}"));
      for (String what : List.of("/pull", "/ack", "/nack", "/extend", "/seek")) {
        check("POST " + OF_GROUPS + "/{group}" + what, 503, json("POST", group + what, ids));
      }
      check("POST /views/{view}/rebuild", 503, raw().post("/views/open-orders/rebuild"));
      String letters = "/streams/{stream}/dead-letters";
      get(letters, 503, "/streams/orders/dead-letters");
      check(
          "POST " + letters + "/replay",
          503,
          raw().post("/streams/orders/dead-letters/replay?view=open-orders"));
      check(
          "POST " + letters + "/{id}/replay",
          503,
          raw().post("/streams/orders/dead-letters/0.1-1/replay"));
      check("DELETE " + letters + "/{id}", 503, raw().delete("/streams/orders/dead-letters/0.1-1"));
      check("PUT /presence/{room}/{member}", 503, raw().put("/presence/lobby/ann"));
      check("DELETE /presence/{room}/{member}", 503, raw().delete("/presence/lobby/ann"));
      get("/presence/{room}", 503, "/presence/lobby");
      get("/views/{view}/entries", 503, "/views/open-orders/entries?at-least=" + cursor);
      get("/views/{view}/entries/{key}", 503, "/views/open-orders/entries/o-1");
    } finally {
      redis.startAgain();
      awaitReady();
      await().until(Meters::areAllLinksUp);
    }
  }

  private void check(String operation, int status, Response answer) {
    assertThat(answer.statusCode()).as(operation + ": " + answer.asString()).isEqualTo(status);
    for (String header : api.requiredHeaders(operation, status)) {
      assertThat(answer.header(header)).as("%s %d: %s", operation, status, header).isNotNull();
    }
    String type = answer.contentType();
    Set<String> told = api.mediaTypes(operation, status);
    if (told.isEmpty()) {
      seen.add(operation + " " + status);
      assertThat(api.responses()).contains(operation + " " + status);
      assertThat(answer.asString()).as("%s %d", operation, status).isEmpty();
      return;
    }
    String mediaType = type.replaceAll(";.*", "");
    assertThat(told).as("%s %d", operation, status).contains(mediaType);
    checkBody(operation, status, mediaType, answer.asString());
  }

  private void checkBody(String operation, int status, String mediaType, String body) {
    assertThat(api.check(operation, status, mediaType, body))
        .as("%s %d: %s", operation, status, body)
        .isEmpty();
    if (mediaType.equals(PROBLEM)) {
      String type = problem(body);
      assertThat(api.problems(operation, status))
          .as("%s %d: %s", operation, status, body)
          .contains(type.substring(type.lastIndexOf(':') + 1));
    }
    seen.add(operation + " " + status);
  }

  private static String problem(String body) {
    try {
      return JSON.readTree(body).path("type").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a feed's connection brings, line by line. */
  private static final class FeedLines implements AutoCloseable {

    private final Socket socket;
    private final BufferedReader lines;

    FeedLines(URI base, String path) throws IOException {
      socket = new Socket(base.getHost(), base.getPort());
      socket.setSoTimeout((int) Patience.LIMIT.toMillis());
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The rest of the next line that begins so. */
    String next(String beginning) throws IOException {
      String line = lines.readLine();
      while (!line.startsWith(beginning)) {
        line = lines.readLine();
      }
      return line.substring(beginning.length());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
