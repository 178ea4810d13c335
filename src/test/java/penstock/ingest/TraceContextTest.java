package penstock.ingest;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;

@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(TraceContextTest.Settings.class)
class TraceContextTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("penstock.ingest.keep-trace-context", "true");
    }
  }

  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final String OWN = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-00";
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String path = "/streams/traced-" + NAMES.incrementAndGet() + "/events";

  private RequestSpecification traced() {
    return given().header("traceparent", PARENT).header("tracestate", "a=1,b=2");
  }

  private ValidatableResponse append(RequestSpecification request, String type, String body) {
    request.contentType(type).body(body).post(path).then().statusCode(201);
    return given().get(path).then().statusCode(200);
  }

  private static String event(String id, String more) {
    return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/t\",\"type\":\"t\"%s}"
        .formatted(id, more);
  }

  @Test
  void isKeptWithEveryEventThatHasNoneOfItsOwn() {
    append(
            traced(),
            "application/cloudevents-batch+json",
            "["
                + event("1", ",\"mine\":7")
                + ","
                + event("2", ",\"traceparent\":\"" + OWN + "\",\"data\":1")
                + "]")
        .body("events[0].traceparent", equalTo(PARENT))
        .body("events[0].tracestate", equalTo("a=1,b=2"))
        .body("events[0].mine", equalTo(7))
        .body("events[1].traceparent", equalTo(OWN))
        .body("events[1].tracestate", nullValue());
  }

  @Test
  void isKeptInBinaryMode() {
    append(
            traced()
                .header("ce-specversion", "1.0")
                .header("ce-id", "1")
                .header("ce-source", "/t")
                .header("ce-type", "t"),
            "text/plain",
            "hello")
        .body("events[0].traceparent", equalTo(PARENT))
        .body("events[0].data", equalTo("hello"));
  }

  @Test
  void isKeptWithALargeEvent() {
    append(
            traced(),
            "application/cloudevents-batch+json",
            "["
                + event("1", ",\"data\":\"" + "x".repeat(200_000) + "\"")
                + ","
                + event("2", ",\"data\":\"" + "x".repeat(200_000) + "\"")
                + "]")
        .body("events.traceparent", equalTo(java.util.List.of(PARENT, PARENT)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"
      })
  void oneThatBreaksTheRulesIsIgnored(String parent) {
    append(
            given().header("traceparent", parent).header("tracestate", "a=1"),
            "application/cloudevents+json",
            event("1", ""))
        .body("events[0].traceparent", nullValue())
        .body("events[0].tracestate", nullValue());
  }

  @Test
  void aStateThatIsTooLongIsLeftOut() {
    append(
            given().header("traceparent", PARENT).header("tracestate", "a=" + "x".repeat(600)),
            "application/cloudevents+json",
            event("1", ""))
        .body("events[0].traceparent", equalTo(PARENT))
        .body("events[0].tracestate", nullValue());
  }

  @Test
  void withoutItNothingIsAdded() {
    append(given(), "application/cloudevents+json", event("1", ""))
        .body("events[0].traceparent", nullValue());
  }
}
