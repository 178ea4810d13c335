package penstock.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static penstock.Requests.given;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;

@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(CrossOriginTest.Settings.class)
class CrossOriginTest {

  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "penstock.cors.origins",
          "https://shop.example, http://localhost:3000",
          "penstock.cors.max-age",
          "90s");
    }
  }

  private static final String SHOP = "https://shop.example";
  private static final String EXPOSED =
      "Penstock-Cursor, ETag, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy";

  @TestHTTPResource URI base;

  @BeforeEach
  void post() {
    given()
        .contentType("application/cloudevents+json")
        .body("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"t\"}")
        .post("/streams/cross/events")
        .then()
        .statusCode(org.hamcrest.Matchers.anyOf(equalTo(200), equalTo(201)));
  }

  private static ValidatableResponse preflight(
      String origin, String path, String method, String headers) {
    return given()
        .header("Origin", origin)
        .header("Access-Control-Request-Method", method)
        .header("Access-Control-Request-Headers", headers)
        .options(path)
        .then();
  }

  private static void isOpen(ValidatableResponse response) {
    response
        .header("Access-Control-Allow-Origin", SHOP)
        .header("Access-Control-Allow-Credentials", "true")
        .header("Access-Control-Expose-Headers", EXPOSED)
        .header("Vary", containsString("origin"));
  }

  private static void isClosed(ValidatableResponse response) {
    response
        .header("Access-Control-Allow-Origin", nullValue())
        .header("Access-Control-Allow-Credentials", nullValue())
        .header("Access-Control-Expose-Headers", nullValue())
        .header("Vary", containsString("origin"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/streams",
        "/streams/cross/events",
        "/views",
        "/views/commits-by-type/entries",
        "/streams/no-such-stream/events?cursor=nonsense",
        "/views/no-such-view",
        "/nothing/here",
      })
  void answersAndProblemsAreOpenToAListedOriginOnly(String path) {
    isOpen(given().urlEncodingEnabled(false).header("Origin", SHOP).get(path).then());
    isClosed(
        given()
            .urlEncodingEnabled(false)
            .header("Origin", "https://evil.example")
            .get(path)
            .then());
    isClosed(given().urlEncodingEnabled(false).get(path).then());
  }

  @Test
  void everyOriginGetsItsOwnName() {
    given()
        .header("Origin", "http://localhost:3000")
        .get("/streams")
        .then()
        .header("Access-Control-Allow-Origin", "http://localhost:3000");
    for (String other :
        List.of(
            "http://shop.example", "https://shop.example:8443", "https://a.shop.example", "null")) {
      isClosed(given().header("Origin", other).get("/streams").then());
    }
  }

  @Test
  void aRefusedAppendSaysWhy() {
    isOpen(
        given()
            .header("Origin", SHOP)
            .contentType("application/cloudevents+json")
            .body("{}")
            .post("/streams/cross/events")
            .then()
            .statusCode(400)
            .contentType("application/problem+json"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "last-event-id",
        "content-type,ce-id,ce-source,ce-specversion,ce-type,ce-mine",
        "content-type,idempotency-key",
        "if-none-match",
        "authorization,traceparent,tracestate"
      })
  void aPreflightAllowsWhatTheApiTakes(String headers) {
    for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
      preflight(SHOP, "/streams/cross/events", method, headers)
          .statusCode(204)
          .header("Access-Control-Allow-Origin", SHOP)
          .header("Access-Control-Allow-Credentials", "true")
          .header("Access-Control-Allow-Methods", containsString(method))
          .header("Access-Control-Allow-Headers", headers.replace(",", ", "))
          .header("Access-Control-Max-Age", "90")
          .header("Vary", containsString("Origin"));
    }
  }

  @Test
  void aPreflightLeavesOutWhatTheApiDoesNotTake() {
    preflight(SHOP, "/streams/cross/feed", "GET", "x-mine,Last-Event-ID")
        .statusCode(204)
        .header("Access-Control-Allow-Headers", "Last-Event-ID");
    preflight(SHOP, "/streams/cross/feed", "GET", "x-mine")
        .header("Access-Control-Allow-Headers", nullValue());
  }

  @Test
  void aPreflightOfAnotherOriginIsNotAllowed() {
    isClosed(preflight("https://evil.example", "/streams/cross/events", "POST", "content-type"));
  }

  @Test
  void pagesOfTheServiceItselfNeedNoListing() {
    given()
        .header("Origin", "http://localhost:" + base.getPort())
        .contentType("application/cloudevents+json")
        .body("{\"specversion\":\"1.0\",\"id\":\"own\",\"source\":\"/t\",\"type\":\"t\"}")
        .post("/streams/cross/events")
        .then()
        .statusCode(org.hamcrest.Matchers.anyOf(equalTo(200), equalTo(201)));
  }

  @Test
  void aFeedIsOpenBeforeItsFirstEvent() throws Exception {
    List<String> head = head("/streams/cross/feed", "Origin: " + SHOP);
    assertThat(head.getFirst()).contains("200");
    assertThat(head)
        .contains("access-control-allow-origin: " + SHOP)
        .contains("access-control-allow-credentials: true")
        .contains("vary: origin")
        .contains("content-type: text/event-stream;charset=UTF-8");
    assertThat(head("/streams/cross/feed", "Origin: https://evil.example"))
        .contains("vary: origin")
        .noneMatch(line -> line.startsWith("access-control"));
  }

  /** The status line and the headers, in lower case but for values; the feed is left then. */
  private List<String> head(String path, String header) throws Exception {
    try (var socket = new Socket(base.getHost(), base.getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      List<String> lines = new ArrayList<>();
      for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
        int colon = line.indexOf(':');
        lines.add(
            colon < 0
                ? line
                : line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon));
      }
      return lines;
    }
  }
}
