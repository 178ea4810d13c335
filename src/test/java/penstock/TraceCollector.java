package penstock;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Takes spans as an OpenTelemetry collector does: OTLP over gRPC and over HTTP, on one port. */
final class TraceCollector implements AutoCloseable {

  /** Of a gRPC message: whether it is compressed, and its length. */
  private static final int GRPC_PREFIX = 5;

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<String> paths = new CopyOnWriteArrayList<>();

  TraceCollector() throws Exception {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.body().onSuccess(body -> take(request, body)))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private void take(HttpServerRequest request, Buffer body) {
    boolean grpc = "application/grpc".equals(request.getHeader("content-type"));
    try {
      var message =
          ExportTraceServiceRequest.parseFrom(
              (grpc ? body.slice(GRPC_PREFIX, body.length()) : body).getBytes());
      message
          .getResourceSpansList()
          .forEach(
              resource ->
                  resource
                      .getScopeSpansList()
                      .forEach(scope -> spans.addAll(scope.getSpansList())));
      paths.add(request.path());
    } catch (InvalidProtocolBufferException notOtlp) {
      request.response().setStatusCode(400).end();
      return;
    }
    if (grpc) {
      request
          .response()
          .putHeader("content-type", "application/grpc")
          .putTrailer("grpc-status", "0");
      request.response().end(Buffer.buffer(new byte[GRPC_PREFIX]));
    } else {
      request.response().putHeader("content-type", "application/x-protobuf").end();
    }
  }

  String uri() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** All that has come, as text. */
  String all() {
    return spans.toString();
  }

  /** Where it was asked to take spans. */
  List<String> paths() {
    return paths;
  }

  /** The names of those of a trace that have come. */
  List<String> namesOf(String trace) {
    return of(trace).map(Span::getName).toList();
  }

  /** Those of a name in a trace that have come. */
  List<Span> spansOf(String trace, String name) {
    return of(trace).filter(span -> span.getName().equals(name)).toList();
  }

  private Stream<Span> of(String trace) {
    return spans.stream()
        .filter(span -> HexFormat.of().formatHex(span.getTraceId().toByteArray()).equals(trace));
  }

  @Override
  public void close() {
    vertx.close();
  }
}
