package penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static penstock.Patience.await;
import static penstock.Requests.given;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
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
    HttpServer hook = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    List<String> parents = new CopyOnWriteArrayList<>();
    hook.createContext("/", exchange -> answer(exchange, parents));
    hook.start();
    try (Closeable _ = () -> hook.stop(0);
        var collector = new TraceCollector();
        var redis = RedisServer.start();
        var service =
            PackagedService.start(
                directory,
                Map.ofEntries(
                    Map.entry("quarkus.redis.hosts", redis.uri()),
                    Map.entry("quarkus.otel.sdk.disabled", "false"),
                    Map.entry("quarkus.otel.exporter.otlp.endpoint", collector.uri()),
                    Map.entry("quarkus.otel.exporter.otlp.protocol", protocol),
                    Map.entry("quarkus.http.access-log.enabled", "true"),
                    Map.entry("quarkus.log.console.format", "%X{traceId} %s%n"),
                    Map.entry("penstock.streams.traced.partitions", "1"),
                    Map.entry("penstock.views.types.stream", "traced"),
                    Map.entry("penstock.views.types.fold", "count"),
                    Map.entry("penstock.views.types.key", "type"),
                    Map.entry("penstock.sinks.hook.stream", "traced"),
                    Map.entry("penstock.sinks.hook.kind", "webhook"),
                    Map.entry(
                        "penstock.sinks.hook.url",
                        "http://127.0.0.1:" + hook.getAddress().getPort() + "/"),
                    Map.entry("penstock.sinks.hook.allow-private", "true"),
                    Map.entry("penstock.sinks.hook.retry.first", "10ms")))) {
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
                          "POST /streams/{stream}/events",
                          "append traced",
                          "apply types",
                          "send hook",
                          "send hook"));
      assertThat(collector.spansOf(TRACE, "send hook"))
          .extracting(span -> span.getStatus().getMessage())
          .containsExactlyInAnyOrder("the receiver answered 503", "");
      // What the receiver does is a part of what it was sent by.
      assertThat(parents)
          .containsExactlyInAnyOrderElementsOf(
              collector.spansOf(TRACE, "send hook").stream()
                  .map(span -> "00-" + TRACE + "-" + hex(span.getSpanId()) + "-01")
                  .toList());
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

  /** The first request is not taken. */
  private static void answer(HttpExchange exchange, List<String> parents) throws IOException {
    exchange.getRequestBody().readAllBytes();
    parents.add(exchange.getRequestHeaders().getFirst("traceparent"));
    exchange.sendResponseHeaders(parents.size() == 1 ? 503 : 204, -1);
    exchange.close();
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }
}
