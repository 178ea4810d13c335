package penstock.ingest;

import static penstock.security.identity.Right.PUBLISH;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import io.opentelemetry.api.trace.SpanContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.ContextInternal;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;
import penstock.event.EventLimits;
import penstock.event.HttpEvents;
import penstock.event.LenientAttribute;
import penstock.event.LenientRule;
import penstock.http.Answer;
import penstock.http.BodyReceiver;
import penstock.http.GzipBody;
import penstock.http.Unis;
import penstock.problem.IsolatedCall;
import penstock.problem.Problem;
import penstock.problem.ProblemException;
import penstock.problem.ProblemType;
import penstock.problem.Problems;
import penstock.schedule.delayed.DelayLimit;
import penstock.schedule.delayed.DelayedEvents;
import penstock.security.http.Callers;
import penstock.security.http.Requires;
import penstock.security.identity.Caller;
import penstock.stream.LogEntry;
import penstock.stream.StreamName;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;
import penstock.stream.registry.Streams;
import penstock.tenant.RateHeader;
import penstock.tenant.Tenants;
import penstock.trace.Tracing;

/**
 * Appends events to a stream. Runs on the request's event loop; only large bodies are parsed on a
 * worker.
 */
@Path("/streams/{stream}/events")
class AppendResource {

  /**
   * Parsing more than this would keep an event loop from its other connections for milliseconds.
   */
  private static final int LARGE_BODY = 256 * 1024;

  private final Vertx vertx;
  private final Streams streams;
  private final Appender appender;
  private final EventLog log;
  private final AppendRefusals refusals;
  private final BodyReceiver body;
  private final HttpEvents reader;
  private final DelayedEvents delayed;
  private final DelayLimit delayLimit;
  private final Tracing tracing;
  private final Callers callers;
  private final Tenants tenants;
  private final boolean keepsTraceContext;

  @Inject
  AppendResource(
      Vertx vertx,
      Streams streams,
      Appender appender,
      EventLog log,
      AppendRefusals refusals,
      MeterRegistry registry,
      Tracing tracing,
      DelayedEvents delayed,
      Callers callers,
      Tenants tenants,
      DelayLimit delayLimit,
      IngestConfig config) {
    this.vertx = vertx;
    this.streams = streams;
    this.appender = appender;
    this.log = log;
    this.refusals = refusals;
    this.tracing = tracing;
    this.delayed = delayed;
    this.callers = callers;
    this.tenants = tenants;
    this.delayLimit = delayLimit;
    this.keepsTraceContext = config.keepTraceContext() || tracing.isOn();
    this.body =
        new BodyReceiver(
            vertx,
            config.maxBodySize().asLongValue(),
            config.maxBuffered().asLongValue(),
            config.bodyTimeout(),
            "Send the events in several requests.");
    this.reader =
        new HttpEvents(
            new EventLimits(
                Math.toIntExact(config.maxEventSize().asLongValue()), config.maxBatch()),
            lenient(config.lenient().orElse(Set.of()), registry));
    Gauge.builder("penstock.ingest.buffered", body, BodyReceiver::buffered)
        .description("Request bodies held in memory")
        .baseUnit("bytes")
        .register(registry);
  }

  private static LenientRule lenient(Set<LenientAttribute> attributes, MeterRegistry registry) {
    // registered before the first of each, so that it is seen as zero
    attributes.forEach(attribute -> taken(attribute, registry));
    return new LenientRule(attributes, attribute -> taken(attribute, registry).increment());
  }

  private static Counter taken(LenientAttribute attribute, MeterRegistry registry) {
    return Counter.builder("penstock.ingest.lenient")
        .description("Values that break a rule of CloudEvents and were taken all the same")
        .tag("attribute", attribute.toString())
        .register(registry);
  }

  /**
   * Appends the events of a request: one, or a batch. The parameters of the query, and the key, are
   * for plain JSON, which becomes the data of one event.
   *
   * @param request has the body. It is received piece by piece and not as a parameter, which
   *     Quarkus REST would hold whole, however many there are
   */
  @POST
  @Requires(value = PUBLISH, path = "stream", narrows = true)
  public Uni<AppendReply> append(
      @RestPath("stream") StreamName stream,
      @RestQuery("type") Optional<String> type,
      @RestQuery("source") Optional<String> source,
      @RestQuery("subject") Optional<String> subject,
      @RestHeader("Idempotency-Key") @Nullable String key,
      @RestHeader(DeliveryTimes.HEADER) Optional<Duration> delay,
      @Context HttpServerRequest request,
      @Context ResteasyReactiveRequestContext context) {
    EventOrigin.checkTarget(stream);
    Caller caller = callers.current();
    tenants.check(caller.space());
    boolean compressed = GzipBody.isMeant(request.headers());
    var plain = new PlainRequest(caller.space().shown(stream.value()), type, source, subject, key);
    DeliveryTimes times = DeliveryTimes.of(delay);
    SpanContext span = tracing.ofRequest();
    return Unis.of(
        streams
            .findOrCreate(stream)
            .compose(found -> append(found, request, compressed, plain, times, caller, span))
            .onSuccess(reply -> context.setEntityWriter(AppendReplyWriter.INSTANCE)));
  }

  private Future<AppendReply> append(
      Stream stream,
      HttpServerRequest request,
      boolean compressed,
      PlainRequest plain,
      DeliveryTimes times,
      Caller caller,
      SpanContext span) {
    Function<Buffer, Future<AppendReply>> use =
        received -> {
          long start = System.nanoTime();
          return read(request.headers(), received, plain, span)
              .map(events -> EventOrigin.keep(caller, stream.name(), events))
              .compose(
                  events ->
                      tenants
                          .take(
                              caller.space(),
                              events.size(),
                              received.length(),
                              times.waiting(events))
                          .compose(taken -> append(stream, events, plain, times, span)))
              .onComplete(
                  done ->
                      IsolatedCall.run(
                          () ->
                              appender.meters(stream.name()).answered(System.nanoTime() - start)));
        };
    return compressed ? body.receiveCompressed(request, use) : body.receive(request, use);
  }

  private Future<List<Event>> read(
      MultiMap headers, Buffer received, PlainRequest plain, SpanContext span) {
    Supplier<List<Event>> read =
        () -> {
          List<Event> events = reader.read(headers, received, plain);
          plain.check();
          return keepsTraceContext ? TraceContext.keep(headers, span, events) : events;
        };
    if (received.length() > LARGE_BODY) {
      // Vert.x lets blocking code answer null, which this does not
      return vertx.executeBlocking(read::get, false).map(Objects::requireNonNull);
    }
    try {
      return Future.succeededFuture(read.get());
    } catch (ProblemException refused) {
      return Future.failedFuture(refused);
    }
  }

  private Future<AppendReply> append(
      Stream stream,
      List<Event> events,
      PlainRequest plain,
      DeliveryTimes times,
      SpanContext span) {
    EventLoop loop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
    boolean delayed = times.delayAny(events);
    if (delayed) {
      times.check(events, delayLimit);
    }
    Future<AppendAck> ack = appender.append(stream, events, delayed ? times : null, loop, span);
    return (plain.hasKey() ? ack.compose(all -> same(stream, events.getFirst(), all)) : ack)
        .map(all -> AppendReply.of(stream, events, all));
  }

  /** One whose first was removed meanwhile, or cancelled, is taken for the same. */
  private Future<AppendAck> same(Stream stream, Event event, AppendAck ack) {
    EventResult result = ack.results().getFirst();
    if (!result.duplicate()) {
      return Future.succeededFuture(ack);
    }
    return first(stream, result)
        .map(
            found -> {
              found.ifPresent(first -> PlainRequest.requireSame(event, first));
              return ack;
            });
  }

  /** The event that a repeated one stands for, in the log or on its way there. */
  private Future<Optional<Event>> first(Stream stream, EventResult result) {
    return switch (result) {
      case EventResult.Appended first ->
          log.entry(stream.partitions().get(first.partition()), first.position())
              .map(found -> found.map(LogEntry::event));
      case EventResult.Scheduled first ->
          delayed
              .find(stream, first.id())
              .map(found -> Optional.of(found.event()))
              .recover(
                  failure ->
                      Problems.from(failure).type() == ProblemType.UNKNOWN_SCHEDULED_EVENT
                          ? Future.succeededFuture(Optional.empty())
                          : Future.failedFuture(failure));
      case EventResult.Refused refused -> Future.succeededFuture(Optional.empty());
    };
  }

  /** Whatever fails, here or before, such as what reads the stream's name. */
  @ServerExceptionMapper
  public RestResponse<Buffer> refuse(Throwable failure, HttpServerRequest request) {
    Problem problem = Problems.from(problem(failure));
    refusals.count(problem.type());
    body.endUnread(request);
    RestResponse<Buffer> answer = Answer.problem(problem);
    RateHeader.of(problem).forEach((name, value) -> answer.getHeaders().putSingle(name, value));
    return problem.type() == ProblemType.UNSUPPORTED_MEDIA_TYPE
            && request.headers().contains(HttpHeaders.CONTENT_ENCODING)
        ? RestResponse.ResponseBuilder.fromResponse(answer)
            .header("accept-encoding", GzipBody.TAKEN)
            .build()
        : answer;
  }

  /** That of a parameter's converter is wrapped into a 404, as the specification has it. */
  private static Throwable problem(Throwable failure) {
    return failure instanceof WebApplicationException
            && failure.getCause() instanceof ProblemException problem
        ? problem
        : failure;
  }
}
