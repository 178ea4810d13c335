package penstock.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.ContextInternal;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import penstock.event.Event;
import penstock.event.EventLimits;
import penstock.event.HttpEvents;
import penstock.event.PlainDefaults;
import penstock.problem.Parameters;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Problems;
import penstock.stream.StreamName;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.trace.Tracing;

/**
 * {@code POST /streams/{s}/events}. Runs on the request's event loop; only large bodies are parsed
 * on a worker.
 */
@ApplicationScoped
class AppendRoute {

  /**
   * Parsing more than this would keep an event loop from its other connections for milliseconds.
   */
  private static final int LARGE_BODY = 256 * 1024;

  /** A client whose connection ends while it sends may lose the answer that it has not read yet. */
  private static final int LINGER_MILLIS = 2_000;

  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

  private final Vertx vertx;
  private final Streams streams;
  private final Appender appender;
  private final MeterRegistry registry;
  private final BodyReceiver body;
  private final HttpEvents reader;
  private final Tracing tracing;
  private final boolean keepsTraceContext;

  @Inject
  AppendRoute(
      Vertx vertx,
      Streams streams,
      Appender appender,
      MeterRegistry registry,
      Tracing tracing,
      IngestConfig config) {
    this.vertx = vertx;
    this.streams = streams;
    this.appender = appender;
    this.registry = registry;
    this.tracing = tracing;
    this.keepsTraceContext = config.keepTraceContext() || tracing.isOn();
    this.body = new BodyReceiver(vertx, config);
    this.reader =
        new HttpEvents(
            new EventLimits(
                Math.toIntExact(config.maxEventSize().asLongValue()), config.maxBatch()));
    Gauge.builder("penstock.ingest.buffered", body, BodyReceiver::buffered)
        .description("Request bodies held in memory")
        .baseUnit("bytes")
        .register(registry);
  }

  void routes(@Observes Router router) {
    router.post("/streams/:stream/events").handler(this::append);
  }

  private void append(RoutingContext context) {
    HttpServerRequest request = context.request();
    SpanContext span = tracing.ofRequest();
    ContextInternal own = (ContextInternal) vertx.getOrCreateContext();
    Future<Stream> stream;
    try {
      refuseEncoded(request);
      stream = streams.findOrCreate(new StreamName(Parameters.inPath(context, "stream")));
    } catch (ProblemException refused) {
      stream = Future.failedFuture(refused);
    }
    if (stream.isComplete()) {
      proceed(context, own, span, stream);
    } else {
      request.pause();
      stream.onComplete(
          found -> {
            if (context.response().closed()) {
              // The client has gone, and with it what it sent.
              return;
            }
            proceed(
                context,
                own,
                span,
                found.succeeded()
                    ? Future.succeededFuture(found.result())
                    : Future.failedFuture(found.cause()));
            request.resume();
          });
    }
  }

  private void proceed(
      RoutingContext context, ContextInternal own, SpanContext span, Future<Stream> found) {
    if (found.failed()) {
      refuse(context, found.cause());
      return;
    }
    Stream stream = found.result();
    body.receive(context.request())
        .onFailure(failure -> refuse(context, failure))
        .onSuccess(
            received -> {
              long start = System.nanoTime();
              parse(context, span, stream, received)
                  .compose(
                      events ->
                          in(own, appender.append(stream, events, own.nettyEventLoop(), span))
                              .onSuccess(ack -> answer(context.response(), stream, events, ack)))
                  .onFailure(failure -> refuse(context, failure))
                  .onComplete(
                      done -> {
                        body.release(received);
                        appender.meters(stream.name()).answered(System.nanoTime() - start);
                      });
            });
  }

  /**
   * The same, completing as part of the request: what is logged then, and names its trace, is found
   * by its context. On the request's event loop already, it takes no turn of it.
   */
  private static <T> Future<T> in(ContextInternal own, Future<T> future) {
    Promise<T> promise = own.promise();
    future.onComplete(promise);
    return promise.future();
  }

  private Future<List<Event>> parse(
      RoutingContext context, SpanContext span, Stream stream, Buffer received) {
    MultiMap headers = context.request().headers();
    Supplier<PlainDefaults> plain = () -> plain(context.request(), stream.name());
    if (received.length() > LARGE_BODY) {
      // Vert.x lets blocking code answer null, which this does not
      return vertx
          .executeBlocking(() -> read(headers, span, received, plain), false)
          .map(Objects::requireNonNull);
    }
    try {
      return Future.succeededFuture(read(headers, span, received, plain));
    } catch (ProblemException refused) {
      return Future.failedFuture(refused);
    }
  }

  private List<Event> read(
      MultiMap headers, SpanContext span, Buffer received, Supplier<PlainDefaults> plain) {
    List<Event> events = reader.read(headers, received, plain);
    return keepsTraceContext ? TraceContext.keep(headers, span, events) : events;
  }

  private static PlainDefaults plain(HttpServerRequest request, StreamName stream) {
    Parameters parameters = new Parameters(request);
    return new PlainDefaults(
        parameters
            .text("type")
            .orElseThrow(
                () ->
                    Parameters.invalid(
                        "type", "is required for plain JSON: it is the event's type")),
        parameters.text("source").orElse("/streams/" + stream),
        parameters.text("subject").orElse(null),
        request.getHeader("Idempotency-Key"));
  }

  private static void refuseEncoded(HttpServerRequest request) {
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw ProblemException.of(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "Nothing was written: content codings are not supported. Send the body without Content-Encoding.");
    }
  }

  private static void answer(
      HttpServerResponse response, Stream stream, List<Event> events, AppendAck ack) {
    if (response.closed()) {
      return;
    }
    boolean fresh = ack.results().stream().anyMatch(result -> !result.duplicate());
    response.setStatusCode(fresh ? 201 : 200);
    response.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
    response.end(AppendReply.of(stream, events, ack));
  }

  /**
   * Answers with the problem. What of the body is still to come is not waited for: the connection
   * ends, but not before a client that still sends had time to read why.
   */
  private void refuse(RoutingContext context, Throwable failure) {
    Problem problem = Problems.from(failure);
    Counter.builder("penstock.ingest.rejected")
        .description("Requests refused, by the problem told")
        .tag("reason", problem.type().slug())
        .register(registry)
        .increment();
    HttpServerRequest request = context.request();
    if (!request.isEnded() && request.version() != HttpVersion.HTTP_2) {
      context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      vertx.setTimer(LINGER_MILLIS, over -> request.connection().close());
    }
    Problems.answer(context.response(), problem);
  }
}
