package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import penstock.redis.RedisServer;

/**
 * What is secret of a caller, of an event and of Redis is in nothing that operators and other
 * callers see: no line of the log, also where it is told to say more, no metric, no span, no
 * problem document, nothing below {@code /q/}.
 */
class SecretsIT {

  private static final String REDIS = "word-of-redis-4711";
  private static final String KEY = "key-of-a-service-4711-".repeat(2);

  /** What is presented and is no good may be another's, or good elsewhere. */
  private static final String TOKEN = "eyJhbGciOiJub25lIn0.dG9rZW4tNDcxMQ.c2ln";

  private static final String TICKET = "ticket-value-4711";
  private static final String COOKIE = "cookie-value-4711";
  private static final String PAYLOAD = "payload-value-4711";
  private static final String SESSION = "penstock-session";

  @TempDir Path directory;

  @Test
  void areInNothingThatOthersSee() throws Exception {
    try (var redis = RedisServer.start();
        var collector = new TraceCollector()) {
      redis.ask("CONFIG", "SET", "requirepass", REDIS);
      Map<String, String> settings = new HashMap<>();
      settings.put("quarkus.redis.hosts", "redis://:" + REDIS + "@127.0.0.1:" + redis.port());
      settings.put("quarkus.otel.sdk.disabled", "false");
      settings.put("quarkus.otel.exporter.otlp.endpoint", collector.uri());
      settings.put("quarkus.http.access-log.enabled", "true");
      settings.put("quarkus.log.category.\"penstock\".level", "DEBUG");
      settings.put("penstock.auth.mode", "api-key");
      settings.put("penstock.auth.api-keys.file", keys().toString());
      settings.put("penstock.streams.orders.partitions", "1");
      settings.put("penstock.views.takings.stream", "orders");
      settings.put("penstock.views.takings.fold", "sum");
      settings.put("penstock.views.takings.key", "subject");
      settings.put("penstock.views.takings.value", "/amount");
      try (var service = PackagedService.start(directory, settings)) {
        service.awaitReady();
        List<Response> answers = new ArrayList<>();
        for (String path :
            List.of(
                "/streams",
                "/streams/orders/events?limit=1",
                "/streams/orders/events?ticket=" + TICKET,
                "/streams/orders/feed?limit=1&ticket=" + TICKET + "&x=y",
                "/streams/orders/events?cursor=x&ticket=" + TICKET,
                "/streams/nothing/feed?ticket=" + TICKET,
                "/nothing?ticket=" + TICKET)) {
          answers.add(caller().get(service.uri() + path));
          answers.add(with(TOKEN).get(service.uri() + path));
          answers.add(plain().cookie(SESSION, COOKIE).get(service.uri() + path));
        }
        String cookie = caller().post(service.uri() + "/session").cookie(SESSION);
        String ticket = useTicket(service);
        assertThat(page(service, cookie).statusCode()).isEqualTo(200);
        answers.add(plain().cookie(SESSION, cookie).post(service.uri() + "/session"));
        answers.add(plain().get(service.uri() + "/streams/orders/events?ticket=" + ticket));
        answers.add(append(service, "{\"amount\":\"" + PAYLOAD + "\"}"));
        assertThat(answers.getLast().statusCode()).isEqualTo(201);
        answers.add(append(service, "{\"amount\":\"" + PAYLOAD + "\""));
        answers.add(append(service, "{\"" + PAYLOAD + "\":\\}"));
        answers.add(append(service, PAYLOAD));
        answers.add(
            caller()
                .contentType("application/cloudevents+json")
                .body("{\"specversion\":\"1.0\",\"data\":\"" + PAYLOAD + "\"}")
                .post(service.uri() + "/streams/orders/events"));
        // The fold did not like it, and said so.
        await()
            .until(
                () ->
                    caller()
                        .get(service.uri() + "/streams/orders/dead-letters")
                        .asString()
                        .contains(PAYLOAD));
        await().until(() -> collector.all().contains("/streams/orders/feed"));
        assertThat(service.log()).anyMatch(line -> line.contains("dead"));

        for (String secret : List.of(REDIS, KEY, TOKEN, cookie, COOKIE, ticket, TICKET, PAYLOAD)) {
          assertThat(service.log()).as("log").noneMatch(line -> line.contains(secret));
          assertThat(collector.all()).as("spans").doesNotContain(secret);
          assertThat(answers)
              .filteredOn(answer -> answer.statusCode() >= 400)
              .hasSizeGreaterThan(20)
              .extracting(Response::asString)
              .as("problems")
              .noneMatch(document -> document.contains(secret));
          for (String path : operatorsPaths()) {
            assertThat(caller().get(service.uri() + path).asString())
                .as(path)
                .isNotEmpty()
                .doesNotContain(secret);
          }
        }
      }
    }
  }

  private static List<String> operatorsPaths() {
    return Stream.of("metrics", "health", "health/ready", "health/live", "openapi")
        .map(path -> "/q/" + path)
        .toList();
  }

  private Path keys() throws IOException, GeneralSecurityException {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8));
    return Files.writeString(
        directory.resolve("keys"),
        "caller:%s:{\"publish\":[\"*\"],\"read\":[\"*\"],\"admin\":[\"*\"]}"
            .formatted(HexFormat.of().formatHex(digest)));
  }

  private static RequestSpecification plain() {
    return given().urlEncodingEnabled(false);
  }

  private static RequestSpecification with(String token) {
    return plain().header("Authorization", "Bearer " + token);
  }

  private static RequestSpecification caller() {
    return with(KEY);
  }

  private static Response page(PackagedService service, String cookie) {
    return plain().cookie(SESSION, cookie).get(service.uri() + "/streams/orders/events");
  }

  /** One that has opened a feed. */
  private static String useTicket(PackagedService service) throws IOException {
    String ticket =
        caller()
            .contentType("application/json")
            .body("{\"path\":\"/streams/orders/feed\"}")
            .post(service.uri() + "/tickets")
            .path("ticket");
    URL feed = URI.create(service.uri() + "/streams/orders/feed?ticket=" + ticket).toURL();
    try (InputStream events = feed.openStream()) {
      assertThat(events.read()).isNotNegative();
    }
    return ticket;
  }

  private static Response append(PackagedService service, String body) {
    return caller()
        .contentType("application/json")
        .body(body)
        .post(service.uri() + "/streams/orders/events?type=t&subject=s");
  }
}
