package penstock.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import penstock.Meters;
import penstock.projection.TestLog;
import penstock.redis.Keys;
import penstock.redis.RedisResource;
import penstock.redis.RedisServer;

/** Pull groups as their consumers see them. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(GroupsOverHttpTest.Settings.class)
class GroupsOverHttpTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.jobs-wide.partitions",
          "4",
          "penstock.streams.jobs-apart.partitions",
          "2",
          "penstock.group.max-waiting",
          "1100",
          "penstock.group.monitor-interval",
          "200ms",
          // Whatever is noticed at once is noticed by a notice.
          "penstock.group.check-interval",
          "1h");
    }
  }

  private static final String JSON = "application/json";

  RedisServer redis;
  @TestHTTPResource URI base;

  private static void append(String stream, String... subjects) {
    var batch = new ArrayList<JsonObject>();
    for (String subject : subjects) {
      batch.add(
          new JsonObject()
              .put("specversion", "1.0")
              .put("id", subject + "-" + System.nanoTime())
              .put("source", "/t")
              .put("type", "job." + subject.charAt(0))
              .put("subject", subject)
              .put("data", new JsonObject().put("n", 1)));
    }
    given()
        .contentType("application/cloudevents-batch+json")
        .body(batch.toString())
        .post("/streams/{s}/events", stream)
        .then()
        .statusCode(201);
  }

  private static ValidatableResponse put(String stream, String group, String body) {
    return given()
        .contentType(JSON)
        .body(body)
        .put("/streams/{s}/groups/{g}", stream, group)
        .then();
  }

  private static ValidatableResponse post(String stream, String what, String body) {
    return given()
        .contentType(JSON)
        .body(body)
        .post("/streams/" + stream + "/groups/g/" + what)
        .then();
  }

  private static JsonPath pull(String stream, String body) {
    return post(stream, "pull", body).statusCode(200).extract().jsonPath();
  }

  /** They are asked for their groups some at a time. */
  @Test
  void theGroupsOfAllStreamsAreMeasured() {
    for (int i = 100; i < 200; i++) {
      redis.ask("HSET", new Keys("ps").streams(), "many-" + i, 1);
    }
    List<String> some = List.of("many-100", "many-131", "many-132", "many-199");
    some.forEach(stream -> put(stream, "g", "{}").statusCode(201));
    some.forEach(stream -> append(stream, "s"));
    some.forEach(
        stream ->
            await()
                .until(
                    () -> Meters.read("penstock_group_lag", "stream", stream, "group", "g") == 1));
  }

  @Test
  void onlyAGroupThatThereIsIsCounted() {
    append("jobs-counted", "a");
    List<String> unknown = List.of(new AckId("0123456789abcdef", 0, "1-1", 1).encode());
    post("jobs-counted", "pull", "{}").statusCode(404);
    for (String what : List.of("ack", "nack", "extend")) {
      post("jobs-counted", what, ids(unknown)).statusCode(404);
    }
    String counter = "penstock_group_delivered_total";
    assertThat(Meters.read(counter, "stream", "jobs-counted")).isNaN();
    put("jobs-counted", "g", "{}").statusCode(201);
    pull("jobs-counted", "{}");
    assertThat(Meters.read(counter, "stream", "jobs-counted")).isEqualTo(1);
    given().delete("/streams/jobs-counted/groups/g").then().statusCode(204);
    await().until(() -> Double.isNaN(Meters.read(counter, "stream", "jobs-counted")));
    post("jobs-counted", "pull", "{}").statusCode(404);
    assertThat(Meters.read(counter, "stream", "jobs-counted")).isNaN();
  }

  /** From several sides, so that no attempt is left alone. */
  @Test
  void whoMakesAGroupWhileItsStreamIsRemovedIsToldToRetry() throws Exception {
    var left = new AtomicInteger(150);
    Set<Integer> statuses = ConcurrentHashMap.newKeySet();
    var running = new ArrayList<Future<?>>();
    try (var threads = Executors.newFixedThreadPool(16)) {
      for (int i = 0; i < 8; i++) {
        running.add(
            threads.submit(
                () -> {
                  while (left.get() > 0) {
                    given().delete("/streams/jobs-wide");
                  }
                }));
        running.add(
            threads.submit(
                () -> {
                  while (left.getAndDecrement() > 0) {
                    statuses.add(put("jobs-wide", "racer", "{}").extract().statusCode());
                  }
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    assertThat(statuses).isSubsetOf(200, 201, 404, 503);
  }

  private static void isEmpty(String stream) {
    post(stream, "pull", "{\"max\":10}").statusCode(204);
  }

  private static String ids(List<String> ackIds) {
    return new JsonObject().put("ackIds", ackIds).encode();
  }

  private static List<String> statuses(String stream, String what, String body) {
    return post(stream, what, body)
        .statusCode(200)
        .extract()
        .jsonPath()
        .getList("results.status", String.class);
  }

  private static JsonPath status(String stream) {
    return given().get("/streams/{s}/groups/g", stream).then().statusCode(200).extract().jsonPath();
  }

  @Test
  void aJobIsPulledAcknowledgedAndGone() {
    append("jobs-one", "a", "b", "c");
    put("jobs-one", "g", "{\"start\":\"earliest\",\"maxDeliveries\":3,\"lease\":\"1m\"}")
        .statusCode(201)
        .body("name", equalTo("g"))
        .body("lease", equalTo("60s"))
        .body("lag", equalTo(3));
    put("jobs-one", "g", "{\"start\":\"earliest\",\"maxDeliveries\":3,\"lease\":\"1m\"}")
        .statusCode(200);
    JsonPath pulled = pull("jobs-one", "{\"max\":2,\"consumer\":\"w-1\"}");
    assertThat(pulled.getList("messages.event.subject")).containsExactly("a", "b");
    assertThat(pulled.getList("messages.deliveryCount")).containsExactly(1, 1);
    List<String> first = pulled.getList("messages.ackId");
    JsonPath now = status("jobs-one");
    assertThat(now.getInt("lag")).isEqualTo(1);
    assertThat(now.getInt("pending")).isEqualTo(2);
    assertThat(now.getString("consumers[0].name")).isEqualTo("w-1");
    assertThat(now.getInt("consumers[0].pending")).isEqualTo(2);
    assertThat(statuses("jobs-one", "ack", ids(first))).containsExactly("done", "done");
    assertThat(statuses("jobs-one", "ack", ids(first)))
        .as("twice")
        .containsExactly("stale", "stale");
    List<String> last = pull("jobs-one", "").getList("messages.ackId");
    assertThat(statuses("jobs-one", "extend", ids(last))).containsExactly("done");
    assertThat(statuses("jobs-one", "ack", ids(last))).containsExactly("done");
    isEmpty("jobs-one");
    assertThat(status("jobs-one").getInt("acknowledged")).isEqualTo(3);
    given()
        .get("/streams/jobs-one/groups")
        .then()
        .statusCode(200)
        .body("groups.name", equalTo(List.of("g")));
    given().delete("/streams/jobs-one/groups/g").then().statusCode(204);
    given().delete("/streams/jobs-one/groups/g").then().statusCode(404);
    post("jobs-one", "pull", "{}")
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-group"));
    post("jobs-one", "ack", ids(last))
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-group"));
    assertThat((List<?>) redis.ask("KEYS", "ps:{jobs-one/0}:group*")).isEmpty();
  }

  @Test
  void aHangingConsumerLosesItsJobToAnother() {
    append("jobs-hang", "a");
    put("jobs-hang", "g", "{\"lease\":\"100ms\"}").statusCode(201);
    List<String> hanging = pull("jobs-hang", "{\"consumer\":\"hangs\"}").getList("messages.ackId");
    JsonPath taken = pull("jobs-hang", "{\"wait\":\"20s\",\"lease\":\"1h\"}");
    assertThat(taken.getList("messages.deliveryCount")).containsExactly(2);
    assertThat(statuses("jobs-hang", "ack", ids(hanging))).containsExactly("stale");
    assertThat(statuses("jobs-hang", "nack", ids(hanging))).containsExactly("stale");
    assertThat(statuses("jobs-hang", "extend", ids(hanging))).containsExactly("stale");
    assertThat(statuses("jobs-hang", "ack", ids(taken.getList("messages.ackId"))))
        .containsExactly("done");
  }

  @Test
  void whatFailsTooOftenIsADeadLetterThatCanBeReplayed() {
    append("jobs-dead", "a", "b");
    put("jobs-dead", "g", "{\"maxDeliveries\":2,\"lease\":\"100ms\"}").statusCode(201);
    for (int i = 0; i < 2; i++) {
      List<String> ids = pull("jobs-dead", "{\"lease\":\"1h\"}").getList("messages.ackId");
      statuses(
          "jobs-dead", "nack", new JsonObject().put("ackIds", ids).put("delay", "0s").encode());
    }
    // the other one by leases that run out
    pull("jobs-dead", "{}");
    pull("jobs-dead", "{\"wait\":\"20s\"}");
    post("jobs-dead", "pull", "{\"wait\":\"1s\"}").statusCode(204);
    await()
        .until(
            () ->
                given()
                    .get("/streams/jobs-dead/dead-letters?group=g")
                    .jsonPath()
                    .getList("deadLetters"),
            letters -> letters.size() == 2);
    JsonPath letters = given().get("/streams/jobs-dead/dead-letters?group=g").jsonPath();
    assertThat(letters.getList("deadLetters.group")).containsExactly("g", "g");
    assertThat(letters.getList("deadLetters.deliveries")).containsExactly(2, 2);
    assertThat(letters.getList("deadLetters.event.subject")).containsExactly("a", "b");
    assertThat(letters.getList("deadLetters.reason", String.class))
        .containsExactly(
            "given back at delivery 2 of 2", "not acknowledged in time at delivery 2 of 2");
    assertThat(
            given().get("/streams/jobs-dead/dead-letters?view=g").jsonPath().getList("deadLetters"))
        .isEmpty();
    given()
        .post("/streams/jobs-dead/dead-letters/{id}/replay", letters.getString("deadLetters[0].id"))
        .then()
        .statusCode(202);
    JsonPath again = pull("jobs-dead", "{\"lease\":\"1h\"}");
    assertThat(again.getList("messages.event.subject")).containsExactly("a");
    assertThat(again.getList("messages.deliveryCount")).containsExactly(1);
    statuses("jobs-dead", "ack", ids(again.getList("messages.ackId")));
    given().post("/streams/jobs-dead/dead-letters/replay?group=g").then().statusCode(202);
    JsonPath other = pull("jobs-dead", "{\"lease\":\"1h\",\"max\":5}");
    assertThat(other.getList("messages.event.subject")).containsExactly("b");
    statuses(
        "jobs-dead",
        "nack",
        new JsonObject().put("ackIds", other.getList("messages.ackId")).put("drop", true).encode());
    JsonPath left = given().get("/streams/jobs-dead/dead-letters?group=g").jsonPath();
    assertThat(left.getList("deadLetters.failedReplay", String.class))
        .containsExactly("dropped by its consumer");
    given()
        .delete("/streams/jobs-dead/dead-letters/{id}", left.getString("deadLetters[0].id"))
        .then()
        .statusCode(202);
    given().post("/streams/jobs-dead/dead-letters/replay?group=none").then().statusCode(404);
    given().post("/streams/jobs-dead/dead-letters/replay?group=g&view=v").then().statusCode(400);
  }

  @Test
  void theFilterDecidesWhatIsDelivered() {
    append("jobs-filter", "a1", "b1", "a2", "b2", "a3");
    put(
            "jobs-filter",
            "g",
            "{\"type\":\"job.a\",\"filter\":{\"not\":{\"exact\":{\"subject\":\"a2\"}}},\"maxDeliveries\":1}")
        .statusCode(201)
        .body("type", equalTo(List.of("job.a")));
    JsonPath pulled = pull("jobs-filter", "{\"max\":10}");
    assertThat(pulled.getList("messages.event.subject")).containsExactly("a1", "a3");
    await().until(() -> status("jobs-filter").getInt("pending") == 2);
    assertThat(status("jobs-filter").getInt("partitions[0].filtered")).isEqualTo(3);
    put("jobs-filter", "g", "{\"subject\":[\"b*\"],\"maxDeliveries\":1}").statusCode(200);
    append("jobs-filter", "a4", "b4");
    assertThat(pull("jobs-filter", "{\"max\":1}").getList("messages.event.subject"))
        .containsExactly("b4");
    assertThat(
            given()
                .get("/streams/jobs-filter/dead-letters?group=g")
                .jsonPath()
                .getList("deadLetters"))
        .isEmpty();
  }

  @Test
  void anOrderedGroupDeliversAKeyInTurn() {
    append("jobs-order", "a", "a", "b");
    put("jobs-order", "g", "{\"ordered\":true}").statusCode(201);
    put("jobs-order", "g", "{\"ordered\":false}")
        .statusCode(409)
        .body("type", equalTo("urn:penstock:problem:group-conflict"));
    JsonPath pulled = pull("jobs-order", "{\"max\":10}");
    assertThat(pulled.getList("messages.event.subject")).containsExactly("a", "b");
    CompletableFuture<HttpResponse<String>> waiting = send("jobs-order", "{\"wait\":\"30s\"}");
    await().until(() -> Meters.read("penstock_group_waiting") >= 1);
    statuses("jobs-order", "ack", ids(pulled.getList("messages.ackId")));
    assertThat(new JsonPath(waiting.join().body()).getList("messages.event.subject"))
        .containsExactly("a");
  }

  @Test
  void allPartitionsAreServed() {
    String[] subjects = IntStream.range(0, 100).mapToObj(i -> "k" + i).toArray(String[]::new);
    append("jobs-wide", subjects);
    put("jobs-wide", "g", "{}").statusCode(201).body("partitions", hasSize(4));
    var seen = new ArrayList<String>();
    await()
        .until(
            () -> {
              JsonPath pulled = pull("jobs-wide", "{\"max\":30}");
              seen.addAll(pulled.getList("messages.event.subject"));
              assertThat(statuses("jobs-wide", "ack", ids(pulled.getList("messages.ackId"))))
                  .containsOnly("done");
              return seen.size() == 100;
            });
    assertThat(seen).containsExactlyInAnyOrder(subjects);
    isEmpty("jobs-wide");
    given()
        .contentType(JSON)
        .body("{\"to\":\"earliest\"}")
        .post("/streams/jobs-wide/groups/g/seek")
        .then()
        .statusCode(200)
        .body("lag", equalTo(100));
    assertThat(pull("jobs-wide", "{\"max\":256}").getList("messages")).hasSize(100);
  }

  @Test
  void aGroupBeginsWhereItIsTold() {
    append("jobs-start", "a", "b");
    String cursor =
        given().get("/streams/jobs-start/events?limit=1").jsonPath().getString("cursor");
    put("jobs-start", "g", "{\"start\":\"latest\"}").statusCode(201).body("lag", equalTo(0));
    isEmpty("jobs-start");
    seek(cursor).statusCode(200).body("lag", equalTo(1));
    assertThat(pull("jobs-start", "{}").getList("messages.event.subject")).containsExactly("b");
    seek("2000-02-29T00:00:00Z").statusCode(200).body("lag", equalTo(2));
    seek("2001-02-29T00:00:00Z").statusCode(400);
    seek("nonsense").statusCode(400).body("type", equalTo("urn:penstock:problem:invalid-cursor"));
    post("jobs-start", "seek", "{}").statusCode(400);
    put("jobs-start", "h", "{\"start\":\"" + cursor + "\"}").statusCode(201);
    put("jobs-other", "g", "{\"start\":\"" + cursor + "\"}")
        .statusCode(410)
        .body("reason", equalTo("foreign"));
  }

  private static ValidatableResponse seek(String to) {
    return post("jobs-start", "seek", new JsonObject().put("to", to).encode());
  }

  private CompletableFuture<HttpResponse<String>> send(String stream, String body) {
    return send(stream, "pull", body);
  }

  private CompletableFuture<HttpResponse<String>> send(String stream, String what, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve("/streams/" + stream + "/groups/g/" + what))
            .header("Content-Type", JSON)
            .timeout(Duration.ofSeconds(80))
            .POST(BodyPublishers.ofString(body))
            .build();
    return CLIENT.sendAsync(request, BodyHandlers.ofString());
  }

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void aWaitEndsWhenAnEventComes() {
    put("jobs-wait", "g", "{\"start\":\"latest\"}").statusCode(201);
    double before = Meters.read("penstock_group_waiting");
    CompletableFuture<HttpResponse<String>> waiting =
        send("jobs-wait", "{\"wait\":\"60s\",\"max\":5}");
    await().until(() -> Meters.read("penstock_group_waiting") > before);
    long start = System.nanoTime();
    append("jobs-wait", "a");
    HttpResponse<String> answer = waiting.join();
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(new JsonPath(answer.body()).getList("messages.event.subject")).containsExactly("a");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    assertThat(send("jobs-wait", "{\"wait\":\"200ms\"}").join().statusCode()).isEqualTo(204);
  }

  /** First come, first served; and each event to one of them. */
  @Test
  void manyWaitAtOnceAndEachEventGoesToOneOfThem() {
    put("jobs-many", "g", "{\"start\":\"latest\"}").statusCode(201);
    double before = Meters.read("penstock_group_waiting");
    List<CompletableFuture<HttpResponse<String>>> waiting =
        IntStream.range(0, 200).mapToObj(i -> send("jobs-many", "{\"wait\":\"60s\"}")).toList();
    await().until(() -> Meters.read("penstock_group_waiting") >= before + 200);
    for (int i = 0; i < 4; i++) {
      append("jobs-many", IntStream.range(0, 50).mapToObj(n -> "s" + n).toArray(String[]::new));
    }
    var acks = new ArrayList<String>();
    for (CompletableFuture<HttpResponse<String>> one : waiting) {
      assertThat(one.join().statusCode()).isEqualTo(200);
      acks.addAll(new JsonPath(one.join().body()).getList("messages.ackId"));
    }
    assertThat(acks).hasSize(200).doesNotHaveDuplicates();
    assertThat(statuses("jobs-many", "ack", ids(acks))).containsOnly("done");
  }

  /** One that joins others asks Redis nothing, and an event is not offered to all of them. */
  @Test
  void aThousandThatWaitCostNoMoreThanAFew() {
    put("jobs-patient", "g", "{\"start\":\"latest\"}").statusCode(201);
    double before = Meters.read("penstock_group_waiting");
    var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
    redis.ask("CONFIG", "SET", "slowlog-max-len", "100000");
    redis.ask("CONFIG", "SET", "slowlog-log-slower-than", "0");
    try {
      for (int i = 1; i <= 60; i++) {
        waiting.add(send("jobs-patient", "{\"wait\":\"60s\"}"));
        double joined = before + i;
        await().until(() -> Meters.read("penstock_group_waiting") >= joined);
      }
      append("jobs-patient", "a");
      CompletableFuture.anyOf(waiting.toArray(CompletableFuture[]::new)).join();
      List<Integer> asked = pullsOf("jobs-patient");
      assertThat(asked).as("scripts until all wait: now and then").hasSizeLessThan(50);
      assertThat(asked).as("pulls in a script").allMatch(pulls -> pulls <= 16);
      append("jobs-patient", IntStream.range(1, 60).mapToObj(n -> "s" + n).toArray(String[]::new));
      for (CompletableFuture<HttpResponse<String>> one : waiting) {
        assertThat(one.join().statusCode()).isEqualTo(200);
      }
      assertThat(pullsOf("jobs-patient")).as("where there is more").anyMatch(pulls -> pulls > 16);
    } finally {
      redis.ask("CONFIG", "SET", "slowlog-log-slower-than", "10000");
      redis.ask("SLOWLOG", "RESET");
    }
  }

  /** For each script that asked for events of a stream of one partition: for how many pulls. */
  private List<Integer> pullsOf(String stream) {
    String state = "ps:{" + stream + "/0}:group:g";
    var pulls = new ArrayList<Integer>();
    for (Object entry : (List<?>) redis.ask("SLOWLOG", "GET", "100000")) {
      List<?> words = (List<?>) ((List<?>) entry).get(3);
      // EVALSHA, its hash, the number of keys, the log, what is known of it, the group
      if (words.size() > 15 && words.get(2).equals("9") && words.get(5).equals(state)) {
        pulls.add((length(words) - 15) / 3);
      }
    }
    return pulls;
  }

  /** The slow log has 32 words of a command; the last one may say that there are more. */
  private static int length(List<?> words) {
    var more =
        Pattern.compile("\\.\\.\\. \\((\\d+) more arguments\\)").matcher("" + words.getLast());
    return more.matches() ? words.size() - 1 + Integer.parseInt(more.group(1)) : words.size();
  }

  @Test
  void whoIsGoneIsGivenNothing() throws IOException {
    put("jobs-gone", "g", "{\"start\":\"latest\",\"maxDeliveries\":1}").statusCode(201);
    double before = Meters.read("penstock_group_waiting");
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      String body = "{\"wait\":\"60s\"}";
      socket
          .getOutputStream()
          .write(
              ("POST /streams/jobs-gone/groups/g/pull HTTP/1.1\r\nHost: x\r\nContent-Type: "
                      + JSON
                      + "\r\nContent-Length: "
                      + body.length()
                      + "\r\n\r\n"
                      + body)
                  .getBytes(StandardCharsets.US_ASCII));
      await().until(() -> Meters.read("penstock_group_waiting") > before);
    }
    await().until(() -> Meters.read("penstock_group_waiting") == before);
    append("jobs-gone", "a");
    assertThat(pull("jobs-gone", "{}").getList("messages.deliveryCount")).containsExactly(1);
  }

  @Test
  void tooManyAreRefused() {
    put("jobs-full", "g", "{\"start\":\"latest\"}").statusCode(201);
    List<CompletableFuture<HttpResponse<String>>> waiting =
        IntStream.range(0, 1101).mapToObj(i -> send("jobs-full", "{\"wait\":\"60s\"}")).toList();
    HttpResponse<String> refused =
        await()
            .until(
                () ->
                    waiting.stream()
                        .filter(CompletableFuture::isDone)
                        .map(CompletableFuture::join)
                        .findFirst()
                        .orElse(null),
                answer -> answer != null);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    given().delete("/streams/jobs-full/groups/g").then().statusCode(204);
    for (CompletableFuture<HttpResponse<String>> one : waiting) {
      assertThat(one.join().statusCode()).isIn(404, 429);
    }
  }

  @Test
  void aConsumerGroupThatWasDestroyedGoesOn() {
    append("jobs-lost", "a", "b");
    put("jobs-lost", "g", "{}").statusCode(201);
    List<String> first = pull("jobs-lost", "{}").getList("messages.ackId");
    redis.ask("XGROUP", "DESTROY", "ps:{jobs-lost/0}:events", "group.g");
    assertThat(pull("jobs-lost", "{}").getList("messages.event.subject")).containsExactly("b");
    assertThat(statuses("jobs-lost", "ack", ids(first))).containsExactly("done");
  }

  /** It is not said that nothing was done, since a part of it was. */
  @Test
  void whereOnePartitionFailsItIsToldThatTheOthersDidNot() {
    append("jobs-apart", IntStream.range(0, 20).mapToObj(i -> "p" + i).toArray(String[]::new));
    put("jobs-apart", "g", "{}").statusCode(201);
    var out = new ArrayList<String>();
    await()
        .until(
            () -> {
              out.addAll(pull("jobs-apart", "{\"max\":256}").getList("messages.ackId"));
              return out.size() == 20;
            });
    String leases = new Keys("ps").partition("jobs-apart", 1).group("g").leases();
    redis.ask("RENAME", leases, "aside");
    redis.ask("SET", leases, "of another hand");
    post("jobs-apart", "ack", ids(out))
        .statusCode(503)
        .body("type", equalTo("urn:penstock:problem:wrong-key-type"))
        .body("detail", startsWith("With some of the deliveries this is done"))
        .body("detail", containsString(leases));
    redis.ask("RENAME", "aside", leases);
    assertThat(statuses("jobs-apart", "ack", ids(out))).contains("done", "stale");
    assertThat(statuses("jobs-apart", "ack", ids(out))).containsOnly("stale");
  }

  /** What another instance would run; the service does not know of it but by the notices. */
  private List<?> pullElsewhere(String stream, long leaseMillis) {
    var keys = new Keys("ps").partition(stream, 0);
    var group = keys.group("g");
    return (List<?>)
        redis.ask(
            "EVAL",
            TestLog.source("group-pull"),
            8,
            keys.events(),
            keys.log(),
            group.state(),
            group.leases(),
            group.parked(),
            group.busy(),
            group.flight(),
            keys.dead(),
            "g",
            1000,
            100000,
            "elsewhere",
            1,
            leaseMillis);
  }

  /** A pull that has asked, and waits. */
  private CompletableFuture<HttpResponse<String>> waitFor(String stream) {
    double before = Meters.read("penstock_group_waiting");
    var waiting = send(stream, "{\"wait\":\"60s\",\"lease\":\"1h\"}");
    await().until(() -> Meters.read("penstock_group_waiting") > before);
    // Whoever asks now is answered behind it.
    isEmpty(stream);
    return waiting;
  }

  @Test
  void aLeaseThatAnotherInstanceGaveOutIsNoticedWhenItRunsOut() {
    append("jobs-else", "a");
    put("jobs-else", "g", "{}").statusCode(201);
    List<String> first = pull("jobs-else", "{}").getList("messages.ackId");
    statuses("jobs-else", "ack", ids(first));
    var waiting = waitFor("jobs-else");
    // Of another hand, so that no notice of it comes.
    redis.ask(
        "XADD",
        "ps:{jobs-else/0}:events",
        "*",
        "specversion",
        "1.0",
        "id",
        "b",
        "source",
        "/t",
        "type",
        "job.b");
    assertThat(pullElsewhere("jobs-else", 200).toString()).contains("job.b");
    JsonPath pulled = new JsonPath(waiting.join().body());
    assertThat(pulled.getList("messages.deliveryCount")).containsExactly(2);
    assertThat(pulled.getList("messages.event.id")).containsExactly("b");
  }

  @Test
  void aLeaseThatAnotherInstanceShortensIsNoticedToo() {
    append("jobs-short", "a");
    put("jobs-short", "g", "{}").statusCode(201);
    String delivery =
        ((List<?>) ((List<?>) pullElsewhere("jobs-short", 3_600_000).get(6)).getFirst()).getFirst()
            + ":1";
    var waiting = waitFor("jobs-short");
    var group = new Keys("ps").partition("jobs-short", 0).group("g");
    redis.ask(
        "EVAL",
        TestLog.source("group-extend"),
        2,
        group.state(),
        group.leases(),
        redis.ask("HGET", group.state(), "id"),
        200,
        delivery);
    assertThat(new JsonPath(waiting.join().body()).getList("messages.deliveryCount"))
        .containsExactly(2);
  }

  @Test
  void aPullAcknowledgesWhatIsDone() {
    append("jobs-next", "a", "b", "a");
    put("jobs-next", "g", "{\"ordered\":true}").statusCode(201);
    JsonPath first = pull("jobs-next", "{\"max\":1}");
    assertThat(first.getList("results")).isNull();
    List<String> done = first.getList("messages.ackId");
    JsonPath second =
        pull("jobs-next", new JsonObject().put("ackIds", done).put("max", 5).encode());
    assertThat(second.getList("messages.event.subject")).containsExactly("b", "a");
    assertThat(second.getList("results.ackId")).isEqualTo(done);
    assertThat(second.getList("results.status")).containsExactly("done");
    List<String> both = new ArrayList<>(done);
    both.addAll(second.getList("messages.ackId"));
    JsonPath last =
        pull("jobs-next", new JsonObject().put("ackIds", both).put("wait", "100ms").encode());
    assertThat(last.getList("messages")).isEmpty();
    assertThat(last.getList("results.status")).containsExactly("stale", "done", "done");
    assertThat(status("jobs-next").getInt("acknowledged")).isEqualTo(3);
    post("jobs-next", "pull", "{\"ackIds\":[\"nonsense\"]}")
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-parameter"));
  }

  /** What many acknowledge at the same time goes to Redis together, and each is told of its own. */
  @Test
  void acknowledgementsOfManyConsumersAreToldApart() {
    String[] subjects = IntStream.range(0, 100).mapToObj(i -> "s" + i).toArray(String[]::new);
    append("jobs-acks", subjects);
    put("jobs-acks", "g", "{}").statusCode(201);
    List<String> all = pull("jobs-acks", "{\"max\":100}").getList("messages.ackId");
    var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
    for (int i = 0; i < all.size(); i += 2) {
      List<String> two = all.subList(i, i + 2);
      answers.add(send("jobs-acks", "ack", ids(two)));
      answers.add(send("jobs-acks", "ack", ids(two.subList(0, 1))));
    }
    long done =
        answers.stream()
            .flatMap(one -> new JsonPath(one.join().body()).getList("results.status").stream())
            .filter("done"::equals)
            .count();
    assertThat(done).isEqualTo(100);
    assertThat(status("jobs-acks").getInt("acknowledged")).isEqualTo(100);
    isEmpty("jobs-acks");
  }

  /** Another hand's entry that is no event. */
  @Test
  void whatIsNoEventIsSetAside() {
    append("jobs-odd", "a");
    put("jobs-odd", "g", "{}").statusCode(201);
    redis.ask("XADD", "ps:{jobs-odd/0}:events", "*", "what", "ever");
    append("jobs-odd", "b");
    assertThat(pull("jobs-odd", "{\"max\":10}").getList("messages.event.subject"))
        .containsExactly("a", "b");
    await()
        .until(
            () ->
                given()
                    .get("/streams/jobs-odd/dead-letters?group=g")
                    .jsonPath()
                    .getList("deadLetters.reason"),
            reasons -> reasons.equals(List.of("no event can be read from the entry")));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    append("jobs-bad", "a");
    put("jobs-bad", "g", "{}").statusCode(201);
    for (String body :
        List.of(
            "{\"max\":0}",
            "{\"max\":257}",
            "{\"max\":\"1\"}",
            "{\"max\":1.5}",
            "{\"wait\":\"61s\"}",
            "{\"wait\":\"-1s\"}",
            "{\"wait\":5}",
            "{\"lease\":\"0s\"}",
            "{\"lease\":\"13h\"}",
            "{\"lease\":\"P400D\"}",
            "{\"consumer\":\"\"}",
            "{\"consumer\":\"a b\"}")) {
      post("jobs-bad", "pull", body)
          .statusCode(400)
          .body("type", equalTo("urn:penstock:problem:invalid-parameter"))
          .body(
              "errors[0].attribute",
              anyOf(equalTo("max"), equalTo("wait"), equalTo("lease"), equalTo("consumer")));
    }
    for (String body : List.of("[]", "{", "1", "nonsense", "\"text\"")) {
      post("jobs-bad", "pull", body)
          .statusCode(400)
          .body("type", equalTo("urn:penstock:problem:malformed-request"));
    }
    for (String body :
        List.of(
            "{}",
            "{\"ackIds\":[]}",
            "{\"ackIds\":[1]}",
            "{\"ackIds\":[\"x\"]}",
            "{\"ackIds\":{}}",
            ids(IntStream.range(0, 1001).mapToObj(i -> "x").toList()))) {
      post("jobs-bad", "ack", body).statusCode(400).body("errors[0].attribute", equalTo("ackIds"));
    }
    for (String body :
        List.of(
            "{\"maxDeliveries\":0}",
            "{\"maxDeliveries\":101}",
            "{\"lease\":\"x\"}",
            "{\"backoff\":[\"x\"]}",
            "{\"backoff\":5}",
            "{\"ordered\":\"yes\"}",
            "{\"subject\":\"\"}",
            "{\"type\":[1]}",
            "{\"filter\":{\"sql\":\"nonsense(\"}}",
            "{\"filter\":5}",
            "{\"start\":\"2001-02-29T00:00:00Z\"}")) {
      put("jobs-bad", "new", body).statusCode(400);
    }
    put("jobs-bad", "Bad", "{}")
        .statusCode(400)
        .body("type", equalTo("urn:penstock:problem:invalid-name"));
    given().get("/streams/jobs-bad/groups/none").then().statusCode(404);
    given()
        .contentType("text/plain")
        .body("{}")
        .post("/streams/jobs-bad/groups/g/pull")
        .then()
        .statusCode(415);
    given()
        .contentType(JSON)
        .body("{\"consumer\":\"" + "x".repeat(300_000) + "\"}")
        .post("/streams/jobs-bad/groups/g/pull")
        .then()
        .statusCode(413)
        .body("detail", containsString("bytes"));
    // what the tests before left alone
    pull("jobs-bad", "{\"unknown\":true,\"lease\":\"1h\"}");
    put("jobs-bad", "g", "{\"lag\":5}").statusCode(200).body("filter", nullValue());
  }

  @Test
  void ofAnotherGroupAnAckIsStale() {
    append("jobs-two", "a");
    put("jobs-two", "g", "{}").statusCode(201);
    put("jobs-two", "h", "{}").statusCode(201);
    List<String> ofG = pull("jobs-two", "{}").getList("messages.ackId");
    given()
        .contentType(JSON)
        .body(ids(ofG))
        .post("/streams/jobs-two/groups/h/ack")
        .then()
        .statusCode(200)
        .body("results.status", equalTo(List.of("stale")));
    assertThat(statuses("jobs-two", "ack", ids(ofG))).containsExactly("done");
  }

  @Test
  void anAckOutlivesARestartOfRedis() {
    append("jobs-restart", "a");
    put("jobs-restart", "g", "{}").statusCode(201);
    List<String> before = pull("jobs-restart", "{\"lease\":\"1h\"}").getList("messages.ackId");
    redis.restart();
    await().until(Meters::areAllLinksUp);
    assertThat(statuses("jobs-restart", "ack", ids(before))).containsExactly("done");
    assertThat(statuses("jobs-restart", "ack", ids(before))).containsExactly("stale");
    isEmpty("jobs-restart");
  }

  /** What waits can be done, and more of it is refused by name. */
  @Test
  void aQueueOnAFullRedisDrains() {
    append("jobs-room", "a", "b", "c");
    put("jobs-room", "g", "{}").statusCode(201);
    redis.ask("CONFIG", "SET", "maxmemory", "1");
    try {
      List<String> out = pull("jobs-room", "{\"max\":2}").getList("messages.ackId");
      assertThat(statuses("jobs-room", "extend", ids(out))).containsExactly("done", "done");
      assertThat(statuses("jobs-room", "ack", ids(out.subList(0, 1)))).containsExactly("done");
      assertThat(statuses("jobs-room", "nack", ids(out.subList(1, 2)))).containsExactly("done");
      assertThat(pull("jobs-room", "{\"max\":5}").getList("messages.event.subject"))
          .containsExactly("b", "c");
      given()
          .contentType(JSON)
          .body("1")
          .post("/streams/jobs-room/events?type=job.d")
          .then()
          .statusCode(503)
          .body("type", equalTo("urn:penstock:problem:redis-full"));
    } finally {
      redis.ask("CONFIG", "SET", "maxmemory", "0");
    }
    append("jobs-room", "d");
    assertThat(pull("jobs-room", "{\"max\":5}").getList("messages.event.subject"))
        .containsExactly("d");
  }

  /** An acknowledgement of what is gone is one; what was not pulled is passed over. */
  @Test
  void onATrimmedStreamTheOthersGoOn() {
    append("jobs-trim", "a", "b", "c");
    put("jobs-trim", "g", "{}").statusCode(201);
    List<String> out = pull("jobs-trim", "{}").getList("messages.ackId");
    redis.ask("XTRIM", "ps:{jobs-trim/0}:events", "MAXLEN", "1");
    assertThat(statuses("jobs-trim", "ack", ids(out))).containsExactly("done");
    assertThat(pull("jobs-trim", "{\"max\":5}").getList("messages.event.subject"))
        .containsExactly("c");
    redis.ask("XTRIM", "ps:{jobs-trim/0}:events", "MAXLEN", "0");
    isEmpty("jobs-trim");
    append("jobs-trim", "d");
    assertThat(pull("jobs-trim", "{\"max\":5}").getList("messages.event.subject"))
        .containsExactly("d");
  }

  /** The stream begins anew, and so does the group. */
  @Test
  void onADeletedLogTheGroupBeginsAtItsBeginning() {
    append("jobs-gone", "a", "b");
    put("jobs-gone", "g", "{}").statusCode(201);
    List<String> out = pull("jobs-gone", "{}").getList("messages.ackId");
    redis.ask("DEL", "ps:{jobs-gone/0}:events");
    append("jobs-gone", "c");
    assertThat(pull("jobs-gone", "{\"max\":5}").getList("messages.event.subject"))
        .containsExactly("c");
    assertThat(statuses("jobs-gone", "ack", ids(out))).containsExactly("stale");
  }

  @Test
  void onAnEmptiedRedisTheGroupIsGoneUntilItIsMadeAnew() {
    append("jobs-empty", "a");
    put("jobs-empty", "g", "{}").statusCode(201);
    List<String> out = pull("jobs-empty", "{}").getList("messages.ackId");
    redis.flush();
    append("jobs-empty", "b");
    post("jobs-empty", "pull", "{}")
        .statusCode(404)
        .body("type", equalTo("urn:penstock:problem:unknown-group"));
    for (String what : List.of("ack", "nack", "extend")) {
      post("jobs-empty", what, ids(out))
          .statusCode(404)
          .body("type", equalTo("urn:penstock:problem:unknown-group"));
    }
    put("jobs-empty", "g", "{}").statusCode(201);
    assertThat(statuses("jobs-empty", "ack", ids(out))).containsExactly("stale");
    assertThat(pull("jobs-empty", "{\"max\":5}").getList("messages.event.subject"))
        .containsExactly("b");
  }
}
