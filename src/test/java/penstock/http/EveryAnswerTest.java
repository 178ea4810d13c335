package penstock.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import penstock.Http2Client;
import penstock.Patience;
import penstock.redis.RedisResource;

/** Whoever notices what is wrong, the answer is the service's own. */
@QuarkusTest
@WithTestResource(RedisResource.class)
@TestProfile(EveryAnswerTest.Settings.class)
class EveryAnswerTest {

  public static final class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("penstock.streams.orders.partitions", "1");
    }
  }

  private record Answer(int status, String head, String body) {

    static Answer of(String text) {
      int end = text.indexOf("\r\n\r\n");
      return new Answer(
          Integer.parseInt(text.split(" ")[1]),
          text.substring(0, end).toLowerCase(Locale.ROOT) + "\r\n",
          text.substring(end + 4));
    }

    void is(int expected, String type) {
      assertThat(status).as(head + body).isEqualTo(expected);
      assertThat(head).contains("content-type: application/problem+json\r\n");
      JsonObject document = new JsonObject(body);
      assertThat(document.getString("type")).isEqualTo("urn:penstock:problem:" + type);
      assertThat(document.getInteger("status")).isEqualTo(expected);
      assertThat(document.getString("detail")).isNotEmpty();
    }
  }

  private static final String HOST = "Host: localhost\r\n";
  private static final String LAST = HOST + "Connection: close\r\n";

  @TestHTTPResource URI base;

  /** All that is answered until the connection ends. */
  private String raw(String request) throws IOException {
    try (var socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout((int) Patience.LIMIT.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Answer send(String line, String headers) throws IOException {
    return Answer.of(raw(line + "\r\n" + headers + "\r\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "GET /streams/orders/events?cursor=% HTTP/1.1 ! 400 ! malformed-request",
        "GET /streams/%zz HTTP/1.1 ! 400 ! malformed-request",
        "POST /streams/orders/events?type=% HTTP/1.1 ! 400 ! malformed-request",
        "GET /streams/%ff HTTP/1.1 ! 400 ! invalid-name",
        "GET /streams HTTP/2.0 ! 505 ! version-not-supported",
        "GET /streams HTTP/3.7 ! 505 ! version-not-supported",
        "GET /streams HTTP/0.9 ! 505 ! version-not-supported",
        "GET /streams ! 400 ! malformed-request",
        "nonsense ! 400 ! malformed-request",
        "CONNECT localhost:80 HTTP/1.1 ! 400 ! malformed-request",
        "GET streams HTTP/1.1 ! 400 ! malformed-request",
        "TRACE /streams HTTP/1.1 ! 405 ! method-not-allowed",
        "NONSENSE /streams HTTP/1.1 ! 405 ! method-not-allowed",
        "PUT /index.html HTTP/1.1 ! 405 ! method-not-allowed",
        "GET /:refused HTTP/1.1 ! 404 ! not-found",
        "GET /nothing HTTP/1.1 ! 404 ! not-found"
      })
  void aLineThatIsWrong(String line, int status, String type) throws IOException {
    send(line, LAST).is(status, type);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "foo bar: x",
        "Content-Length: x",
        "Content-Length: 1~Content-Length: 2",
        "Transfer-Encoding: nonsense",
        "Transfer-Encoding: chunked~Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked~Transfer-Encoding: identity",
      })
  void aHeaderThatIsWrong(String header) throws IOException {
    send("POST /streams/orders/events HTTP/1.1", header.replace("~", "\r\n") + "\r\n" + LAST)
        .is(400, "malformed-request");
  }

  /** Whose answer came before its body: what little of it is to come ends no connection. */
  @Test
  void aSmallBodyOfARefusedRequestIsThrownAway() throws IOException {
    try (var socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout((int) Patience.LIMIT.toMillis());
      for (int i = 0; i < 3; i++) {
        write(socket, refused("Content-Length: 5\r\n"));
        String head = head(socket);
        assertThat(head).startsWith("HTTP/1.1 400 ").doesNotContain("connection: close");
        write(socket, "12345");
      }
      write(socket, "GET /streams HTTP/1.1\r\n" + LAST + "\r\n");
      assertThat(head(socket)).startsWith("HTTP/1.1 200 ");
    }
  }

  /** Nobody waits for it for long. */
  @Test
  void aSmallBodyThatDoesNotComeEndsTheConnection() throws IOException {
    assertThat(raw(refused("Content-Length: 5\r\n"))).startsWith("HTTP/1.1 400 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 100000",
        "Transfer-Encoding: chunked",
        "Content-Length: 5~Expect: 100-continue",
      })
  void aBodyThatMayBeLargeOrNeverComeIsNotWaitedFor(String headers) throws IOException {
    assertThat(raw(refused(headers.replace("~", "\r\n") + "\r\n")).toLowerCase(Locale.ROOT))
        .startsWith("http/1.1 400 ")
        .contains("connection: close");
  }

  private static String refused(String headers) {
    return "POST /streams/a%20b/events HTTP/1.1\r\n"
        + HOST
        + "Content-Type: application/cloudevents+json\r\n"
        + headers
        + "\r\n";
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The head of an answer; its body, of the length that it says, is read too. */
  private static String head(Socket socket) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    String lower = head.toString().toLowerCase(Locale.ROOT);
    String length = lower.replaceAll("(?s).*content-length: (\\d+).*", "$1");
    socket.getInputStream().readNBytes(Integer.parseInt(length));
    return head.substring(0, 9) + lower.substring(9);
  }

  @Test
  void aHostThatIsMissing() throws IOException {
    send("GET /streams HTTP/1.1", "Connection: close\r\n").is(400, "malformed-request");
    assertThat(send("GET /streams HTTP/1.0", "").status()).isEqualTo(200);
  }

  @Test
  void whatIsTooLong() throws IOException {
    send("GET /" + "a".repeat(100_000) + " HTTP/1.1", LAST).is(414, "uri-too-long");
    send("GET /streams HTTP/1.1", "x: " + "a".repeat(200_000) + "\r\n" + LAST)
        .is(431, "headers-too-large");
  }

  @Test
  void aBodyThatIsBroken() throws IOException {
    String begin =
        "POST /streams/orders/events?type=t HTTP/1.1\r\n"
            + HOST
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    List<String> logged = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger("");
    Handler witness = new LogWitness(logged);
    logger.addHandler(witness);
    try {
      Answer.of(raw(begin + "zz\r\n{}\r\n0\r\n\r\n")).is(400, "malformed-request");
      Answer.of(raw(begin + "1\r\n{\r\n-\r\n")).is(400, "malformed-request");
      for (String other :
          List.of(
              "PUT /streams/orders/groups/g",
              "POST /streams/orders/groups/g/pull",
              "POST /tickets",
              "POST /session",
              "PUT /presence/lobby/ann",
              "GET /streams",
              "GET /streams/orders/feed",
              "POST /q/metrics",
              "GET /",
              "POST /nothing")) {
        // whatever is answered: another answer may be under way, which the connection's end cuts
        // off
        raw(begin.replaceFirst("[^ ]+ [^ ]+", other) + "zz\r\n{}\r\n0\r\n\r\n");
      }
      // behind the connection's end, as the answer is
      assertThat(send("GET /streams HTTP/1.1", LAST).status()).isEqualTo(200);
    } finally {
      logger.removeHandler(witness);
    }
    assertThat(logged).as("no defect of the service").isEmpty();
  }

  private static final class LogWitness extends Handler {

    private final List<String> logged;

    LogWitness(List<String> logged) {
      this.logged = logged;
    }

    @Override
    public void publish(LogRecord line) {
      if (line.getThrown() != null || line.getLevel().intValue() >= Level.WARNING.intValue()) {
        logged.add(line.getLoggerName() + " " + line.getMessage() + " " + line.getThrown());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** What came before is answered before, and what comes behind is not read. */
  @Test
  void answersInTurn() throws IOException {
    String good = "GET /streams HTTP/1.1\r\n" + HOST + "\r\n";
    String all =
        raw(
            good
                + good
                + "GET /streams?a=% HTTP/1.1\r\n"
                + HOST
                + "\r\n"
                + good
                + "nonsense\r\n\r\n"
                + good);
    assertThat(all.split("HTTP/1\\.[01] (?=\\d)"))
        .extracting(part -> part.split(" ")[0])
        .containsExactly("", "200", "200", "400", "200", "400");
  }

  @Test
  void takesWhatIsMeantPlainly() throws IOException {
    for (String query :
        new String[] {"subject=a|b", "subject=ü", "filter={\"exact\":{\"type\":\"a\"}}"}) {
      assertThat(send("GET /streams/orders/events?" + query + " HTTP/1.1", LAST).status())
          .as(query)
          .isEqualTo(200);
    }
    assertThat(send("GET http://other/streams HTTP/1.1", LAST).status()).isEqualTo(200);
    assertThat(
            send(
                    "GET /streams HTTP/1.1",
                    LAST
                        + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n")
                .status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/q/health/ready", "/q/health", "/q/metrics", "/q/openapi"})
  void whatOperatorsReadIsOnlyRead(String path) throws IOException {
    Answer methods = send("OPTIONS " + path + " HTTP/1.1", LAST);
    assertThat(methods.status()).isEqualTo(204);
    assertThat(methods.head()).contains("allow: get, head, options\r\n");
    assertThat(send("GET " + path + " HTTP/1.1", LAST).status()).isEqualTo(200);
    assertThat(send("HEAD " + path + " HTTP/1.1", LAST).status()).isEqualTo(200);
    Answer refused = send("DELETE " + path + " HTTP/1.1", LAST);
    refused.is(405, "method-not-allowed");
    assertThat(refused.head()).contains("allow: get, head, options\r\n");
  }

  @Test
  void tellsTheMethodsOfAll() throws IOException {
    Answer all = send("OPTIONS * HTTP/1.1", LAST);
    assertThat(all.status()).isEqualTo(204);
    assertThat(all.head()).contains("allow: delete, get, head, options, post, put\r\n");
    Answer page = send("OPTIONS / HTTP/1.1", LAST);
    assertThat(page.status()).isEqualTo(204);
    assertThat(page.head()).contains("allow: get, head, options\r\n");
  }

  @Test
  void whatIsTooLongOverHttp2() {
    try (var client = new Http2Client()) {
      for (int length : List.of(95_000, 100_000, 190_000)) {
        Http2Client.Answer answer =
            client.send(HttpMethod.GET, base, "/streams", Map.of("x", "a".repeat(length)), "");
        assertThat(answer.status()).isEqualTo(length == 95_000 ? 200 : 431);
        if (answer.status() == 431) {
          assertThat(answer.body().toJsonObject().getString("type"))
              .isEqualTo("urn:penstock:problem:headers-too-large");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "subject=a|b, 200,",
    "subject=%, 400, malformed-request",
    "x=1, 400, invalid-parameter"
  })
  void speaksHttp2(String query, int status, @Nullable String type) {
    try (var client = new Http2Client()) {
      Http2Client.Answer answer =
          client.send(HttpMethod.GET, base, "/streams/orders/events?" + query, Map.of(), "");
      assertThat(answer.status()).isEqualTo(status);
      if (type != null) {
        assertThat(answer.body().toJsonObject().getString("type"))
            .isEqualTo("urn:penstock:problem:" + type);
      }
    }
  }
}
