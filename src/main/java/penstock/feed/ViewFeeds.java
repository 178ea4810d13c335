package penstock.feed;

import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
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
  private final Feeds feeds;
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
      Feeds feeds) {
    this.vertx = vertx;
    this.tail = tail;
    this.changes = changes;
    this.pumps = pumps;
    this.config = config;
    this.meters = meters;
    this.feeds = feeds;
    this.link = links.open("view-feed");
    this.rings = new Rings<>(vertx, config.ringLinger(), ring -> false, ViewRing::close);
  }

  long retryMillis() {
    return feeds.retryMillis();
  }

  /** Serves a reader, whose response has begun, on its event loop. */
  void subscribe(Outlet outlet, ViewDefinition view, Set<String> keys, Wish wish) {
    ViewRing ring = rings.enter(view.name(), () -> open(view));
    var subscriber = new ViewSubscriber(vertx, outlet, keys, ring, this, meters, config);
    feeds.entered(subscriber);
    subscriber.begin(wish);
  }

  private ViewRing open(ViewDefinition view) {
    return new ViewRing(new ViewReads(view, changes, link, config), tail, vertx, pumps, config);
  }

  void left(ViewSubscriber subscriber) {
    feeds.gone(subscriber);
    ViewRing ring = subscriber.ring();
    rings.leave(ring.view().name(), ring);
  }
}
