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
import penstock.feed.frame.HistoryQuota;
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
  private final LoopDispatchers dispatchers;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final Admission admission;
  private final HistoryQuota quota;
  private final RedisLink link;
  private final boolean ofReplica;
  private final ChannelRegistry<ViewName, ViewChannel> channels;

  @Inject
  ViewFeeds(
      Vertx vertx,
      Tail tail,
      ChangelogReader changes,
      RedisLinks links,
      LoopDispatchers dispatchers,
      FeedConfig config,
      FeedMeters meters,
      Admission admission,
      HistoryQuota quota) {
    this.vertx = vertx;
    this.tail = tail;
    this.changes = changes;
    this.dispatchers = dispatchers;
    this.config = config;
    this.meters = meters;
    this.admission = admission;
    this.quota = quota;
    this.link = links.openForReads("view-feed", tail.changes());
    this.ofReplica = links.readsReplicas();
    this.channels =
        new ChannelRegistry<>(vertx, config.channelLinger(), channel -> false, ViewChannel::close);
  }

  /** Serves a reader, who was admitted and whose response has begun, on its event loop. */
  public void subscribe(
      Transport transport, ViewDefinition view, Set<String> keys, ResumeRequest resume) {
    ViewChannel channel = channels.enter(view.name(), () -> open(view));
    var connection = new Connection(transport, meters, config);
    new ViewSubscriber(vertx.getOrCreateContext(), connection, admission, keys, channel, channels)
        .begin(resume);
  }

  private ViewChannel open(ViewDefinition view) {
    return new ViewChannel(
        new ConfirmedReads(view, changes, link, ofReplica, config, quota),
        tail,
        vertx,
        dispatchers,
        config);
  }

  void end(@Observes @Priority(Drain.AFTER_READERS) ShutdownEvent ending) {
    channels.close();
  }
}
