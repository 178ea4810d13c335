package penstock.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.redis.RedisResource;

@QuarkusTest
@WithTestResource(RedisResource.class)
class ProblemMapperTest {

  private static Response request(String method, String path) {
    return given().urlEncodingEnabled(false).request(method, path);
  }

  private static void check(Response response, int status, String document) {
    assertThat(response.asString()).isEqualTo(document);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(response.header("Cache-Control")).isEqualTo("no-store");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/no/such/path",
    "POST,/no/such/path",
    "OPTIONS,/no/such/path",
    "GET,/test/probe",
    "GET,/test/probe/a/b",
    "OPTIONS,/test/probe/a/b",
    "GET,/test/probe/a/b;c"
  })
  void tellsThatThereIsNothing(String method, String path) {
    check(
        request(method, path),
        404,
        "{\"type\":\"urn:penstock:problem:not-found\",\"title\":\"There is nothing here\",\"status\":404,"
            + "\"detail\":\"No resource has the path "
            + path.replace(";", "%3B")
            + ".\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DELETE | /test/probe/a | GET, HEAD, OPTIONS, POST",
        "GET | /test/probe/failing/a | DELETE, OPTIONS",
        "HEAD | /test/probe/failing/a | DELETE, OPTIONS",
        "PUT | /test/probe/failing/a | DELETE, OPTIONS",
        "PATCH | /test/probe/single | GET, HEAD, OPTIONS, POST",
        "DELETE | / | GET, HEAD, OPTIONS",
        "POST | /demo/chat.html | GET, HEAD, OPTIONS"
      })
  void tellsWhichMethodsAreAllowed(String method, String path, String allowed) {
    Response response = request(method, path);
    assertThat(response.header("Allow")).isEqualTo(allowed);
    if (!method.equals("HEAD")) {
      check(
          response,
          405,
          "{\"type\":\"urn:penstock:problem:method-not-allowed\",\"title\":\"The method is not allowed here\",\"status\":405,"
              + "\"detail\":\"The method %s is not allowed here, but %s.\"}"
                  .formatted(method, allowed));
    }
  }

  @Test
  void answersOptionsWithThem() {
    Response response = request("OPTIONS", "/test/probe/a");
    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, POST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"thrown", "failed"})
  void hidesTheCauseOfADefect(String how) {
    check(
        request("DELETE", "/test/probe/failing/" + how),
        500,
        "{\"type\":\"urn:penstock:problem:internal-error\",\"title\":\"The service failed\",\"status\":500,"
            + "\"detail\":\"This is a defect of the service; its log has the cause under the same time.\"}");
  }

  @Test
  void tellsWhenToComeBack() {
    Response response = request("DELETE", "/test/probe/failing/passing");
    check(
        response,
        429,
        "{\"type\":\"urn:penstock:problem:too-busy\",\"title\":\"The service is at its limit\",\"status\":429,"
            + "\"detail\":\"Later.\",\"more\":1}");
    assertThat(response.header("Retry-After")).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/test/probe/%zz", "/test/probe/single?text=%zz", "/test/probe/single?text=%"})
  void refusesWhatCannotBeDecoded(String path) throws IOException {
    try (var socket = new Socket("localhost", RestAssured.port)) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 400 ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "image/png", "nonsense"})
  void hasOneFormOfEachThing(String accepted) {
    given().header("Accept", accepted).get("/test/probe/a").then().statusCode(200);
    given().header("Accept", accepted).get("/nothing").then().statusCode(404);
  }
}
