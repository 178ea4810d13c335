package penstock.sink.worker;

import io.opentelemetry.api.trace.Span;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import penstock.sink.BreakerState;
import penstock.sink.Delivery;
import penstock.sink.Outcome;
import penstock.sink.SinkName;
import penstock.sink.SinkTarget;
import penstock.trace.PipelineStage;
import penstock.trace.SpanLinks;
import penstock.trace.Tracing;

/**
 * A target whose deliveries are spans that continue the traces of their events. What the target
 * does in the call itself is within the span.
 */
final class TracedTarget implements SinkTarget {

  private final SinkTarget target;
  private final SinkName sink;
  private final Tracing tracing;

  TracedTarget(SinkTarget target, SinkName sink, Tracing tracing) {
    this.target = target;
    this.sink = sink;
    this.tracing = tracing;
  }

  @Override
  public Future<Void> prepare() {
    return target.prepare();
  }

  @Override
  public Future<List<Outcome>> deliver(List<Delivery> deliveries) {
    SpanLinks links = tracing.links();
    deliveries.forEach(one -> links.add(one.event()));
    Span span = tracing.begin(PipelineStage.SEND, sink.value(), links);
    return Tracing.within(span, () -> target.deliver(deliveries))
        .onComplete(
            done -> {
              if (done.succeeded()) {
                done.result().stream()
                    .map(Outcome::reason)
                    .filter(reason -> !reason.isEmpty())
                    .findFirst()
                    .ifPresent(reason -> Tracing.fail(span, reason));
              }
              Tracing.end(span, deliveries.size(), done.cause());
            });
  }

  @Override
  public Optional<BreakerState> breaker() {
    return target.breaker();
  }
}
