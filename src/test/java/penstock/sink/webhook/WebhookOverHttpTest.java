package penstock.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import penstock.redis.RedisResource;

/** Events in by POST, signed webhooks out. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@WithTestResource(ReceiverResource.class)
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class WebhookOverHttpTest {

  private static final int KEYS = 10;

  Receiver receiver;

  @BeforeEach
  void begin() {
    receiver.behave(Receiver.OK);
  }

  private static void post(String source, int events) {
    String batch =
        IntStream.range(0, events)
            .mapToObj(
                i ->
                    "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"%s\",\"type\":\"t\",\"subject\":\"%s-%d\",\"data\":{\"n\":1.%d0}}"
                        .formatted(i, source, source, i % KEYS, i))
            .collect(Collectors.joining(",", "[", "]"));
    given()
        .contentType("application/cloudevents-batch+json")
        .body(batch)
        .post("/streams/hooked/events")
        .then()
        .statusCode(201);
  }

  private List<Receiver.Request> of(String source) {
    return receiver.requests().stream()
        .filter(request -> request.text().contains("\"source\":\"" + source + "\""))
        .toList();
  }

  private static int id(Receiver.Request request) {
    return Integer.parseInt(new JsonObject(request.text()).getString("id"));
  }

  private static String signature(Receiver.Request request) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(
        new SecretKeySpec(
            Base64.getDecoder().decode(ReceiverResource.SECRET.substring("whsec_".length())),
            "HmacSHA256"));
    mac.update(
        (request.header("webhook-id") + "." + request.header("webhook-timestamp") + ".")
            .getBytes(StandardCharsets.US_ASCII));
    return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(request.body()));
  }

  @Test
  void eachEventComesSignedAndInTheOrderOfItsKey() throws GeneralSecurityException {
    post("/good", 200);

    await().until(() -> of("/good").size() >= 200);

    var ids = new HashSet<String>();
    for (Receiver.Request request : of("/good")) {
      assertThat(request.header("webhook-signature")).isEqualTo(signature(request));
      assertThat(request.header("content-type")).isEqualTo("application/cloudevents+json");
      ids.add(request.header("webhook-id"));
    }
    assertThat(ids).hasSize(200);
    for (int key = 0; key < KEYS; key++) {
      int which = key;
      assertThat(of("/good").stream().map(WebhookOverHttpTest::id).filter(id -> id % KEYS == which))
          .isSorted()
          .hasSize(200 / KEYS);
    }
    await()
        .untilAsserted(
            () ->
                given()
                    .get("/sinks/hooked")
                    .then()
                    .statusCode(200)
                    .body("state", equalTo("working"))
                    .body("lag", equalTo(0)));
  }

  /** Each event fails the first two times; those of its key wait for it, those of others do not. */
  @Test
  void whatFailsComesAgainWithTheSameIdAndKeepsTheOrder() {
    var tries = new ConcurrentHashMap<String, Integer>();
    receiver.behave(
        (request, connection) -> {
          int tried = tries.merge(request.header("webhook-id"), 1, Integer::sum);
          connection.say(
              tried <= 2 && id(request) % 3 == 0
                  ? "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"
                  : "HTTP/1.1 204 \r\n\r\n");
        });

    post("/failing", 60);

    await()
        .until(
            () ->
                tries.size() == 60
                    && of("/failing").stream().map(WebhookOverHttpTest::id).distinct().count() == 60
                    && of("/failing").size() >= 60 + 2 * 20);
    var byId = new ConcurrentHashMap<Integer, String>();
    var seen = new ConcurrentHashMap<Integer, List<Integer>>();
    for (Receiver.Request request : of("/failing")) {
      String before = byId.putIfAbsent(id(request), request.header("webhook-id"));
      assertThat(before == null || before.equals(request.header("webhook-id"))).isTrue();
      seen.computeIfAbsent(id(request) % KEYS, absent -> new ArrayList<>()).add(id(request));
    }
    seen.values().forEach(ofKey -> assertThat(ofKey).isSorted());
  }

  @Test
  void aRefusedEventIsADeadLetterAndTheSinkGoesOn() {
    receiver.behave(
        (request, connection) ->
            connection.say(
                id(request) == 5
                    ? "HTTP/1.1 422 x\r\nContent-Length: 6\r\n\r\nsecret"
                    : "HTTP/1.1 204 \r\n\r\n"));

    post("/refused", 20);

    await().until(() -> of("/refused").size() >= 20);
    await()
        .untilAsserted(
            () ->
                given()
                    .get("/streams/hooked/dead-letters?sink=hooked")
                    .then()
                    .statusCode(200)
                    .body(
                        "deadLetters[0].reason",
                        startsWith("status-422: the receiver answered 422")));
  }

  /** 410 stops both partitions' work until someone resumes it; nothing is lost. */
  @Test
  void whoIsGoneIsLeftAloneUntilTheSinkIsResumed() {
    receiver.behave(
        (request, connection) -> connection.say("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"));
    post("/gone", 20);

    await()
        .untilAsserted(() -> given().get("/sinks/hooked").then().body("state", equalTo("stopped")));
    given().get("/q/health/ready").then().statusCode(200);

    receiver.behave(Receiver.OK);
    int before = of("/gone").size();
    given().post("/sinks/hooked/resume").then().statusCode(202);
    await()
        .until(
            () ->
                of("/gone").stream().skip(before).map(WebhookOverHttpTest::id).distinct().count()
                    == 20);
  }
}
