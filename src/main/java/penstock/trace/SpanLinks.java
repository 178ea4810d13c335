package penstock.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.event.Event;

/**
 * The spans that led to a piece of work: each once, only those that are sampled, and no more than a
 * few. Not to be used by several threads at once.
 */
public final class SpanLinks {

  /** So that a span stays small; the events of one request have the same cause anyway. */
  static final int MOST = 32;

  /** Takes none: for what is not traced. */
  public static final SpanLinks NONE = new SpanLinks(0);

  /** Of CloudEvents' distributed tracing extension, whose attributes are named like the headers. */
  private static final TextMapGetter<Event> EXTENSION =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Event event) {
          return event.extensions().keySet();
        }

        @Override
        public @Nullable String get(@Nullable Event event, String name) {
          return event != null && event.extensions().get(name) instanceof String text ? text : null;
        }
      };

  private final int most;
  private final Set<SpanContext> contexts = new LinkedHashSet<>();

  SpanLinks(int most) {
    this.most = most;
  }

  /** Adds a span, if there is one. */
  public void add(SpanContext span) {
    if (contexts.size() < most && span.isSampled()) {
      contexts.add(span);
    }
  }

  /** Adds the span whose context the event carries, if it does. */
  public void add(Event event) {
    if (contexts.size() < most && !event.extensions().isEmpty()) {
      Context carried =
          W3CTraceContextPropagator.getInstance().extract(Context.root(), event, EXTENSION);
      add(Span.fromContext(carried).getSpanContext());
    }
  }

  Collection<SpanContext> all() {
    return contexts;
  }
}
