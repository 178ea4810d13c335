package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import penstock.redis.RedisServer;

/** The packaged service tells a collector what became of a request, turned on by configuration. */
class TracingIT {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "grpc, /opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "http/protobuf, /v1/traces"
  })
  void aRequestIsOneTraceAtTheCollector(String protocol, String path) throws Exception {
    try (var collector = new TraceCollector();
        var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.of(
                    "quarkus.redis.hosts", redis.uri(),
                    "quarkus.otel.sdk.disabled", "false",
                    "quarkus.otel.exporter.otlp.endpoint", collector.uri(),
                    "quarkus.otel.exporter.otlp.protocol", protocol,
                    "quarkus.http.access-log.enabled", "true",
                    "quarkus.log.console.format", "%X{traceId} %s%n",
                    "penstock.streams.traced.partitions", "1",
                    "penstock.views.types.stream", "traced",
                    "penstock.views.types.fold", "count",
                    "penstock.views.types.key", "type"))) {
      await()
          .untilAsserted(
              () -> given().get(service.uri() + "/q/health/ready").then().statusCode(200));
      given()
          .header("traceparent", PARENT)
          .contentType("application/cloudevents+json")
          .body("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"t\"}")
          .post(service.uri() + "/streams/traced/events")
          .then()
          .statusCode(201);
      await()
          .untilAsserted(
              () ->
                  assertThat(collector.namesOf(TRACE))
                      .containsExactlyInAnyOrder(
                          "POST /streams/{stream}/events", "append traced", "apply types"));
      assertThat(collector.paths()).containsOnly(path);
      given()
          .header("traceparent", PARENT)
          .get(service.uri() + "/streams/traced/events")
          .then()
          .statusCode(200);
      await()
          .untilAsserted(
              () ->
                  assertThat(service.log())
                      .anyMatch(line -> line.startsWith(TRACE + " ") && line.contains("POST"))
                      .anyMatch(line -> line.startsWith(TRACE + " ") && line.contains("GET")));
    }
  }
}
