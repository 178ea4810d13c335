package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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
  private static final String TOKEN = "eyJhbGciOiJub25lIn0.dG9rZW4tNDcxMQ.c2ln";
  private static final String TICKET = "ticket-value-4711";
  private static final String COOKIE = "cookie-value-4711";
  private static final String PAYLOAD = "payload-value-4711";
  private static final List<String> SECRETS = List.of(REDIS, TOKEN, TICKET, COOKIE, PAYLOAD);

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
        }
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
                    given()
                        .get(service.uri() + "/streams/orders/dead-letters")
                        .asString()
                        .contains(PAYLOAD));
        await().until(() -> collector.all().contains("/streams/orders/feed"));
        assertThat(service.log()).anyMatch(line -> line.contains("dead"));

        for (String secret : SECRETS) {
          assertThat(service.log()).as("log").noneMatch(line -> line.contains(secret));
          assertThat(collector.all()).as("spans").doesNotContain(secret);
          assertThat(answers)
              .filteredOn(answer -> answer.statusCode() >= 400)
              .hasSizeGreaterThan(7)
              .extracting(Response::asString)
              .as("problems")
              .noneMatch(document -> document.contains(secret));
          for (String path : operatorsPaths()) {
            assertThat(given().get(service.uri() + path).asString())
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

  private static RequestSpecification caller() {
    return given()
        .urlEncodingEnabled(false)
        .header("Authorization", "Bearer " + TOKEN)
        .header("Cookie", "penstock=" + COOKIE);
  }

  private static Response append(PackagedService service, String body) {
    return caller()
        .contentType("application/json")
        .body(body)
        .post(service.uri() + "/streams/orders/events?type=t&subject=s");
  }
}
