package penstock.ingest;

import io.netty.channel.EventLoop;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import penstock.event.Event;
import penstock.stream.StreamName;
import penstock.stream.registry.Streams;

/** Appends events that the service itself makes. On an event loop. */
@ApplicationScoped
public class OwnEvents {

  private final Vertx vertx;
  private final Streams streams;
  private final Appender appender;

  @Inject
  OwnEvents(Vertx vertx, Streams streams, Appender appender) {
    this.vertx = vertx;
    this.streams = streams;
    this.appender = appender;
  }

  /** Completes when all are in the log; fails if they are not, or may not be. */
  public Future<Void> append(StreamName name, List<Event> events) {
    EventLoop loop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
    return streams
        .find(name)
        .compose(stream -> appender.append(stream, events, null, loop, SpanContext.getInvalid()))
        .mapEmpty();
  }
}
