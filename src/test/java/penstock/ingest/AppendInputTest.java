package penstock.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.Meters;
import penstock.http.GzipBodyTest;
import penstock.redis.RedisResource;

/** What senders do with an append that the plainest do not. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(AppendInputTest.Settings.class)
class AppendInputTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.streams.auto-create", "true",
          "penstock.ingest.max-body-size", "1M",
          "penstock.ingest.lenient", "dataschema,source",
          "penstock.ingest.webhook-origins", "eventgrid.azure.net, sender.example");
    }
  }

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  @TestHTTPResource URI base;

  private final String stream = "input-" + NAMES.incrementAndGet();

  private String events() {
    return "/streams/" + stream + "/events";
  }

  private static String event(String id, String more) {
    return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\"%s}"
        .formatted(id, more);
  }

  private static RequestSpecification bytes(String contentType, byte[] body) {
    return given().contentType(contentType).body(body);
  }

  private ValidatableResponse post(String coding, byte[] body) {
    return bytes(STRUCTURED, body).header("Content-Encoding", coding).post(events()).then();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZIP", "x-gzip"})
  void inflates(String coding) {
    post(coding, GzipBodyTest.gzip(utf8(event("1", "")))).statusCode(201);
    given().get(events()).then().body("events", hasSize(1)).body("events[0].id", equalTo("1"));
  }

  @Test
  void boundsWhatItInflates() {
    double held = Meters.read("penstock_ingest_buffered_bytes");
    byte[] bomb =
        GzipBodyTest.gzip(utf8(event("1", ",\"data\":\"" + "a".repeat(30_000_000) + "\"")));
    assertThat(bomb.length).isLessThan(100_000);
    post("gzip", bomb).statusCode(413).body("type", containsString("body-too-large"));
    post("gzip", GzipBodyTest.gzip(utf8(event("1", ",\"data\":\"" + "a".repeat(500_000) + "\""))))
        .statusCode(413)
        .body("type", containsString("event-too-large"));
    post("gzip", utf8(event("1", ""))).statusCode(400).body("type", containsString("malformed"));
    given().get(events()).then().body("events", hasSize(0));
    assertThat(Meters.read("penstock_ingest_buffered_bytes")).isEqualTo(held);
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "gzip, gzip", "zstd"})
  void saysWhichCodingsItTakes(String coding) {
    post(coding, utf8(event("1", "")))
        .statusCode(415)
        .header("Accept-Encoding", "gzip")
        .body("type", containsString("unsupported-media-type"));
    given()
        .contentType("text/csv")
        .body("a")
        .post(events())
        .then()
        .statusCode(415)
        .header("Accept-Encoding", nullValue());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/cloudevents+json",
        "application/cloudevents+json; charset=utf-8",
        "application/json"
      })
  void takesAByteOrderMarkOff(String contentType) {
    byte[] body = utf8("\ufeff" + event("1", ""));
    assertThat(body).startsWith(MARK);
    String query = contentType.equals("application/json") ? "?type=t" : "";
    bytes(contentType, body).post(events() + query).then().statusCode(201);
    bytes("application/json", utf8("\ufeff{\"a\":1}"))
        .header("ce-specversion", "1.0")
        .header("ce-id", "binary")
        .header("ce-source", "/s")
        .header("ce-type", "t")
        .post(events())
        .then()
        .statusCode(201);
    given().get(events()).then().body("events[1].data.a", equalTo(1));
  }

  private ValidatableResponse plain(String key, String query, String body) {
    return given()
        .contentType("application/json")
        .header("Idempotency-Key", key)
        .body(body)
        .post(events() + query)
        .then();
  }

  @Test
  void aKeyIsForOnePayload() {
    plain("k-1", "?type=t", "{\"a\": 1}").statusCode(201).body("events[0].id", equalTo("k-1"));
    plain("\"k-1\"", "?type=t", "{\"a\":1}").statusCode(200);
    plain("k-1", "?type=t", "{ \"a\":1 }").statusCode(200);
    plain("k-1", "?type=t", "{\"a\":2}")
        .statusCode(422)
        .body("type", equalTo("urn:penstock:problem:idempotency-key-reused"))
        .body("detail", containsString("Idempotency-Key"));
    plain("\"k-1\"", "?type=other", "{\"a\":1}").statusCode(422);
    plain("k-1", "?type=t&subject=x", "{\"a\":1}").statusCode(422);
    plain("\"k\\\"2\"", "?type=t", "1").statusCode(201).body("events[0].id", equalTo("k\"2"));
    given().get(events()).then().body("events", hasSize(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"type", "source", "subject"})
  void whatIsForPlainJsonIsRefusedBesideCloudEvents(String parameter) {
    given()
        .contentType(STRUCTURED)
        .body(event("1", ""))
        .post(events() + "?" + parameter + "=x")
        .then()
        .statusCode(400)
        .body("errors[0].attribute", equalTo(parameter));
    given().contentType("application/json").body("{}").post(events() + "?type=t");
    given().get(events()).then().body("events", hasSize(1));
  }

  @Test
  void aPlusInATimeIsAPlus() {
    given().contentType(STRUCTURED).body(event("1", "")).post(events()).then().statusCode(201);
    for (String time : new String[] {"2001-01-01T00:00:00+02:00", "2001-01-01T00:00:00%2B02:00"}) {
      given()
          .urlEncodingEnabled(false)
          .get(events() + "?since=" + time)
          .then()
          .statusCode(200)
          .body("events", hasSize(1));
    }
    given()
        .urlEncodingEnabled(false)
        .get(events() + "?since=2001-01-01+00:00")
        .then()
        .statusCode(400);
  }

  @Test
  void takesWhatSendersGetWrongWhereAskedTo() {
    given().contentType(STRUCTURED).body(event("0", "")).post("/streams/other/events");
    double schemas = Meters.read("penstock_ingest_lenient_total", "attribute", "dataschema");
    double sources = Meters.read("penstock_ingest_lenient_total", "attribute", "source");
    String[] good = {
      "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"My Service\",\"type\":\"t\"}",
      "{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/s\",\"type\":\"t\",\"dataschema\":\"order.json\"}",
      "{\"specversion\":\"1.0\",\"id\":\"3\",\"source\":\"/s\",\"type\":\"t\",\"dataschema\":\"\"}"
    };
    for (String event : good) {
      given().contentType(STRUCTURED).body(event).post(events()).then().statusCode(201);
    }
    given()
        .get(events())
        .then()
        .body("events[0].source", equalTo("My Service"))
        .body("events[1].dataschema", equalTo("order.json"))
        .body("events[2].dataschema", nullValue());
    assertThat(Meters.read("penstock_ingest_lenient_total", "attribute", "dataschema"))
        .isEqualTo(schemas + 2);
    assertThat(Meters.read("penstock_ingest_lenient_total", "attribute", "source"))
        .isEqualTo(sources + 1);
    for (String wrong :
        new String[] {
          "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"\",\"type\":\"t\"}",
          "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"a\\u0007\",\"type\":\"t\"}",
          "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"time\":\"\"}"
        }) {
      given().contentType(STRUCTURED).body(wrong).post(events()).then().statusCode(400);
    }
  }

  @ParameterizedTest
  @CsvSource({"eventgrid.azure.net,", "EventGrid.Azure.net, 120", "sender.example, 1"})
  void agreesToWebhooks(String origin, String rate) {
    RequestSpecification request = given().header("WebHook-Request-Origin", origin);
    if (rate != null) {
      request.header("WebHook-Request-Rate", rate);
    }
    request
        .header("WebHook-Request-Callback", base.resolve("/never/called").toString())
        .options(events())
        .then()
        .statusCode(200)
        .header("Allow", "GET, HEAD, OPTIONS, POST")
        .header("WebHook-Allowed-Origin", origin)
        .header("WebHook-Allowed-Rate", "*");
  }

  /** More values than Lua unpacks: what stood before it in the batch must not be written alone. */
  @Test
  void anEventOfThousandsOfAttributesIsRefusedWithItsBatch() {
    String many =
        IntStream.range(0, 5_000).mapToObj(i -> ",\"x" + i + "\":1").collect(Collectors.joining());
    given()
        .contentType("application/cloudevents-batch+json")
        .body("[" + event("1", "") + "," + event("2", many) + "]")
        .post(events())
        .then()
        .statusCode(400)
        .body("errors[0].event", equalTo(1));
    bytes(STRUCTURED, utf8(event("3", ""))).post(events()).then().statusCode(201);
    given().get(events()).then().body("events", hasSize(1)).body("events[0].id", equalTo("3"));
  }

  @ParameterizedTest
  @CsvSource({
    "other.example, /streams/orders/events",
    "sender.example, /streams/orders/feed",
    "'', /streams/orders/events"
  })
  void doesNotAgreeToOthers(String origin, String path) {
    given()
        .header("WebHook-Request-Origin", origin)
        .options(path)
        .then()
        .statusCode(204)
        .header("WebHook-Allowed-Origin", nullValue())
        .header("WebHook-Allowed-Rate", nullValue());
  }
}
