package penstock.ingest;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.vertx.core.MultiMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;

/**
 * The W3C trace context of a request, kept with its events as CloudEvents' distributed tracing
 * extension, so that whoever gets an event can link what it does to what caused the event. An
 * event's own context stays as it is. A request that has none begins a trace if it is traced here.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/">Trace Context</a>
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/distributed-tracing.md">Distributed
 *     tracing extension</a>
 */
final class TraceContext {

  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";

  /** Of version 00, the only one there is. */
  private static final Pattern VALID_PARENT =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  /** What the specification asks to be passed on at least; more is left out. */
  private static final int MAX_STATE = 512;

  private static final Pattern VALID_STATE = Pattern.compile("[\\x20-\\x7e]+");

  private TraceContext() {}

  /**
   * The events, with the request's context if it has a good one.
   *
   * @param span of the request here; not valid if it is not traced
   */
  static List<Event> keep(MultiMap headers, SpanContext span, List<Event> events) {
    String parent = headers.get(PARENT);
    if (parent == null || !VALID_PARENT.matcher(parent).matches()) {
      return span.isValid() ? keep(span, events) : events;
    }
    String state = state(headers);
    return keep(
        state == null ? Map.of(PARENT, parent) : Map.of(PARENT, parent, STATE, state), events);
  }

  private static List<Event> keep(SpanContext span, List<Event> events) {
    Map<String, String> context = new HashMap<>();
    W3CTraceContextPropagator.getInstance()
        .inject(
            Context.root().with(Span.wrap(span)),
            context,
            (carrier, name, value) -> context.put(name, value));
    return keep(context, events);
  }

  /** Several headers are one list. */
  private static @Nullable String state(MultiMap headers) {
    String state = String.join(",", headers.getAll(STATE)).strip();
    return state.length() <= MAX_STATE && VALID_STATE.matcher(state).matches() ? state : null;
  }

  private static List<Event> keep(Map<String, String> context, List<Event> events) {
    return events.stream().map(event -> keep(context, event)).toList();
  }

  private static Event keep(Map<String, String> context, Event event) {
    if (event.extensions().containsKey(PARENT)) {
      return event;
    }
    SortedMap<String, Object> extensions = new TreeMap<>(event.extensions());
    extensions.remove(STATE);
    extensions.putAll(context);
    return new Event(
        event.id(),
        event.source(),
        event.type(),
        event.subject(),
        event.time(),
        event.dataContentType(),
        event.dataSchema(),
        extensions,
        event.data());
  }
}
