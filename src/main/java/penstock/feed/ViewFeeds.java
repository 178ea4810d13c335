package penstock.feed;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Set;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.Tail;
import penstock.view.Changes;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;

/** The feeds of views that this instance serves now. */
@Startup
@ApplicationScoped
class ViewFeeds {

  private final Vertx vertx;
  private final Tail tail;
  private final Changes changes;
  private final Pumps pumps;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final Admission admission;
  private final RedisLink link;
  private final Rings<ViewName, ViewRing> rings;

  @Inject
  ViewFeeds(
      Vertx vertx,
      Tail tail,
      Changes changes,
      RedisLinks links,
      Pumps pumps,
      FeedConfig config,
      FeedMeters meters,
      Admission admission) {
    this.vertx = vertx;
    this.tail = tail;
    this.changes = changes;
    this.pumps = pumps;
    this.config = config;
    this.meters = meters;
    this.admission = admission;
    this.link = links.open("view-feed");
    this.rings = new Rings<>(vertx, config.ringLinger(), ring -> false, ViewRing::close);
  }

  /** Serves a reader, who was admitted and whose response has begun, on its event loop. */
  void subscribe(Outlet outlet, ViewDefinition view, Set<String> keys, Wish wish) {
    ViewRing ring = rings.enter(view.name(), () -> open(view));
    var connection = new Connection(outlet, meters, config);
    new ViewSubscriber(vertx.getOrCreateContext(), connection, admission, keys, ring, rings)
        .begin(wish);
  }

  private ViewRing open(ViewDefinition view) {
    return new ViewRing(new ViewReads(view, changes, link, config), tail, vertx, pumps, config);
  }

  void end(@Observes @Priority(Drain.AFTER_READERS) ShutdownEvent ending) {
    rings.close();
  }
}
