package penstock.sink.handler;

import io.quarkus.arc.Unremovable;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.literal.NamedLiteral;
import jakarta.inject.Inject;
import penstock.sink.BlockingEventHandler;
import penstock.sink.EventHandler;
import penstock.sink.InvalidSinkException;
import penstock.sink.SinkDefaults;
import penstock.sink.SinkDefinition;
import penstock.sink.SinkTarget;
import penstock.sink.SinkTargetFactory;

/** Sinks of the kind {@code bean:<name>}. */
@Unremovable
@ApplicationScoped
class HandlerTargetFactory implements SinkTargetFactory {

  private final Instance<EventHandler> handlers;
  private final Instance<BlockingEventHandler> blocking;
  private final Vertx vertx;

  @Inject
  HandlerTargetFactory(
      @Any Instance<EventHandler> handlers,
      @Any Instance<BlockingEventHandler> blocking,
      Vertx vertx) {
    this.handlers = handlers;
    this.blocking = blocking;
    this.vertx = vertx;
  }

  @Override
  public String kind() {
    return "bean";
  }

  @Override
  public SinkDefaults defaults() {
    return SinkDefaults.OF_SINGLE_EVENTS;
  }

  @Override
  public SinkTarget create(SinkDefinition sink) {
    NamedLiteral name = NamedLiteral.of(sink.bean());
    Instance<EventHandler> found = handlers.select(name);
    if (found.isResolvable()) {
      return new HandlerTarget(
          HandlerTarget.of(found.get(), vertx), vertx, sink.settings().answerTimeout());
    }
    Instance<BlockingEventHandler> other = blocking.select(name);
    if (other.isResolvable()) {
      return new HandlerTarget(
          HandlerTarget.of(other.get()), vertx, sink.settings().answerTimeout());
    }
    throw new InvalidSinkException(
        "kind",
        "there is no bean @Named(\""
            + sink.bean()
            + "\") that is an EventHandler or BlockingEventHandler");
  }
}
