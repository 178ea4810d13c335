package penstock.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Begins the spans of Penstock's stages. Each is a child of the first of the spans that led to it,
 * so that the way of one event is one trace, and is linked to all of them. May be used from any
 * thread.
 */
public final class Tracing {

  private static final String INSTRUMENTATION = "penstock";

  private final @Nullable Tracer tracer;
  private final InstantSource clock;

  private Tracing(@Nullable Tracer tracer, InstantSource clock) {
    this.tracer = tracer;
    this.clock = clock;
  }

  /** Makes nothing. */
  public static Tracing off() {
    return new Tracing(null, InstantSource.system());
  }

  /** Configured by {@code quarkus.otel.*}. */
  @ApplicationScoped
  static class Configured {

    @Produces
    @Singleton
    Tracing tracing(
        OpenTelemetry telemetry,
        @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
      return disabled
          ? off()
          : new Tracing(telemetry.getTracer(INSTRUMENTATION), InstantSource.system());
    }
  }

  /** If not, all that this class gives out is one and the same nothing. */
  public boolean isOn() {
    return tracer != null;
  }

  /** The span of the request that the caller's event loop context belongs to. */
  public SpanContext ofRequest() {
    return isOn() ? Span.current().getSpanContext() : SpanContext.getInvalid();
  }

  /** To collect the links of one span. */
  public SpanLinks links() {
    return isOn() ? new SpanLinks(SpanLinks.MOST) : SpanLinks.NONE;
  }

  /**
   * Begins a span, for the caller to {@link #end}.
   *
   * @param links without any, there is no span
   */
  public Span begin(PipelineStage stage, String name, SpanLinks links) {
    return begin(stage, name, links, 0);
  }

  /**
   * As {@link #begin(PipelineStage, String, SpanLinks)}, of what began some time ago.
   *
   * @param nanosAgo when it began
   */
  public Span begin(PipelineStage stage, String name, SpanLinks links, long nanosAgo) {
    Tracer present = tracer;
    if (present == null || links.all().isEmpty()) {
      return Span.getInvalid();
    }
    SpanBuilder span =
        present.spanBuilder(stage.operation() + " " + name).setSpanKind(stage.kind());
    SpanContext first = links.all().iterator().next();
    span.setParent(
        stage.isPartOfItsCause() ? Context.root().with(Span.wrap(first)) : Context.root());
    links.all().forEach(span::addLink);
    if (nanosAgo > 0) {
      span.setStartTimestamp(clock.instant().minusNanos(nanosAgo));
    }
    return span.startSpan().setAttribute(stage.subject(), name);
  }

  /**
   * Calls something within a span: what it asks {@link #current} for, and what a library begins
   * there, is the span's child. Without a span it is just called.
   */
  public static <T> T within(Span span, Supplier<T> call) {
    if (!span.getSpanContext().isValid()) {
      return call.get();
    }
    try (Scope _ = Context.root().with(span).makeCurrent()) {
      return call.get();
    }
  }

  /** The span that the caller is within; invalid if there is none. */
  public static SpanContext current() {
    return Span.current().getSpanContext();
  }

  /** The headers by which whoever is called goes on with a span; none if it is invalid. */
  public static Map<String, String> headers(SpanContext span) {
    var headers = new LinkedHashMap<String, String>();
    if (span.isValid()) {
      W3CTraceContextPropagator.getInstance()
          .inject(
              Context.root().with(Span.wrap(span)),
              headers,
              (to, name, value) -> headers.put(name, value));
    }
    return headers;
  }

  /** Notes on a span why it did not come to what it was for. */
  public static void fail(Span span, String reason) {
    span.setStatus(StatusCode.ERROR, reason);
  }

  /**
   * Ends a span.
   *
   * @param events how many it was about
   * @param failure null if it went well
   */
  public static void end(Span span, long events, @Nullable Throwable failure) {
    if (!span.isRecording()) {
      return;
    }
    span.setAttribute(PipelineStage.EVENTS, events);
    if (failure != null) {
      span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
    }
    span.end();
  }
}
