package penstock.feed;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import penstock.stream.EventFilter;
import penstock.stream.EventLog;
import penstock.stream.Stream;
import penstock.stream.StreamName;
import penstock.stream.Tail;

/** The feeds of streams that this instance serves now. */
@Startup
@ApplicationScoped
class Feeds {

  private final Vertx vertx;
  private final Tail tail;
  private final EventLog log;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final Admission admission;
  private final Replays replays;
  private final Pumps pumps;
  private final Rings<StreamName, Ring> rings;

  @Inject
  Feeds(
      Vertx vertx,
      Tail tail,
      EventLog log,
      Replays replays,
      Pumps pumps,
      FeedConfig config,
      FeedMeters meters,
      Admission admission) {
    this.vertx = vertx;
    this.tail = tail;
    this.log = log;
    this.config = config;
    this.meters = meters;
    this.admission = admission;
    this.replays = replays;
    this.pumps = pumps;
    this.rings =
        new Rings<>(vertx, config.ringLinger(), ring -> ring.opened().failed(), Ring::close);
  }

  /** Serves a reader, who was admitted and whose response has begun, on its event loop. */
  void subscribe(Outlet outlet, Stream stream, EventFilter filter, Wish wish) {
    Ring ring = rings.enter(stream.name(), () -> open(stream));
    var connection = new Connection(outlet, meters, config);
    new Subscriber(vertx.getOrCreateContext(), connection, admission, filter, ring, rings)
        .begin(wish);
  }

  private Ring open(Stream stream) {
    return new Ring(stream, tail, log, pumps, config, meters, replays.of(stream));
  }

  void end(@Observes @Priority(Drain.AFTER_READERS) ShutdownEvent ending) {
    rings.close();
  }
}
