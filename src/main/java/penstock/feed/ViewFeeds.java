package penstock.feed;

import io.quarkus.runtime.Startup;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.ResetReason;
import penstock.stream.Start;
import penstock.stream.Tail;
import penstock.view.Changes;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;

/** The feeds of views that this instance serves now. */
@Startup
@ApplicationScoped
class ViewFeeds {

  /** A ring and how many use it. */
  private static final class Used {
    final ViewRing ring;
    int readers;
    long idleSince;

    Used(ViewRing ring) {
      this.ring = ring;
    }
  }

  private final Vertx vertx;
  private final Tail tail;
  private final Changes changes;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final Feeds feeds;
  private final RedisLink link;
  private final Map<ViewName, Used> rings = new HashMap<>();

  @Inject
  ViewFeeds(
      Vertx vertx,
      Tail tail,
      Changes changes,
      RedisLinks links,
      FeedConfig config,
      FeedMeters meters,
      Feeds feeds) {
    this.vertx = vertx;
    this.tail = tail;
    this.changes = changes;
    this.config = config;
    this.meters = meters;
    this.feeds = feeds;
    this.link = links.open("view-feed");
  }

  long retryMillis() {
    return feeds.retryMillis();
  }

  /** Serves a reader, whose response has begun, on its event loop. */
  void subscribe(
      Context context,
      Outlet outlet,
      ViewDefinition view,
      Set<String> keys,
      Start start,
      @Nullable ResetReason refused) {
    var subscriber =
        new ViewSubscriber(vertx, context, outlet, keys, enter(view), this, meters, config);
    feeds.entered(subscriber);
    subscriber.begin(start, refused);
  }

  private synchronized ViewRing enter(ViewDefinition view) {
    Used used =
        rings.computeIfAbsent(
            view.name(),
            absent ->
                new Used(
                    new ViewRing(new ViewReads(view, changes, link, config), tail, vertx, config)));
    used.readers++;
    return used.ring;
  }

  void left(ViewSubscriber subscriber) {
    feeds.gone(subscriber);
    leave(subscriber.ring());
  }

  private synchronized void leave(ViewRing ring) {
    Used used = rings.get(ring.view().name());
    if (used != null && used.ring == ring && --used.readers == 0) {
      long since = System.nanoTime();
      used.idleSince = since;
      vertx.setTimer(Math.max(1, config.ringLinger().toMillis()), over -> closeIfIdle(ring, since));
    }
  }

  private synchronized void closeIfIdle(ViewRing ring, long since) {
    Used used = rings.get(ring.view().name());
    if (used != null && used.ring == ring && used.readers == 0 && used.idleSince == since) {
      rings.remove(ring.view().name());
      ring.close();
    }
  }
}
