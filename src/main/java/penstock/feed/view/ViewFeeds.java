package penstock.feed.view;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Set;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.feed.ResumeRequest;
import penstock.feed.connection.Connection;
import penstock.feed.connection.Transport;
import penstock.feed.loop.Admission;
import penstock.feed.loop.ChannelRegistry;
import penstock.feed.loop.Drain;
import penstock.feed.loop.LoopDispatchers;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.tail.Tail;
import penstock.view.ViewDefinition;
import penstock.view.ViewName;
import penstock.view.read.ChangelogReader;

/** The feeds of views that this instance serves now. */
@Startup
@ApplicationScoped
public class ViewFeeds {

  private final Vertx vertx;
  private final Tail tail;
  private final ChangelogReader changes;
  private final LoopDispatchers pumps;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final Admission admission;
  private final RedisLink link;
  private final ChannelRegistry<ViewName, ViewChannel> rings;

  @Inject
  ViewFeeds(
      Vertx vertx,
      Tail tail,
      ChangelogReader changes,
      RedisLinks links,
      LoopDispatchers pumps,
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
    this.rings =
        new ChannelRegistry<>(vertx, config.ringLinger(), ring -> false, ViewChannel::close);
  }

  /** Serves a reader, who was admitted and whose response has begun, on its event loop. */
  public void subscribe(
      Transport outlet, ViewDefinition view, Set<String> keys, ResumeRequest wish) {
    ViewChannel ring = rings.enter(view.name(), () -> open(view));
    var connection = new Connection(outlet, meters, config);
    new ViewSubscriber(vertx.getOrCreateContext(), connection, admission, keys, ring, rings)
        .begin(wish);
  }

  private ViewChannel open(ViewDefinition view) {
    return new ViewChannel(
        new ConfirmedReads(view, changes, link, config), tail, vertx, pumps, config);
  }

  void end(@Observes @Priority(Drain.AFTER_READERS) ShutdownEvent ending) {
    rings.close();
  }
}
