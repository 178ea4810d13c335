package penstock.feed.stream;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
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
import penstock.feed.replay.Replays;
import penstock.stream.StreamName;
import penstock.stream.filter.EventFilter;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;
import penstock.stream.tail.Tail;

/** The feeds of streams that this instance serves now. */
@Startup
@ApplicationScoped
public class StreamFeeds {

  private final Vertx vertx;
  private final Tail tail;
  private final EventLog log;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final Admission admission;
  private final Replays replays;
  private final LoopDispatchers dispatchers;
  private final HistoryQuota quota;
  private final ChannelRegistry<StreamName, StreamChannel> channels;

  @Inject
  StreamFeeds(
      Vertx vertx,
      Tail tail,
      EventLog log,
      Replays replays,
      LoopDispatchers dispatchers,
      FeedConfig config,
      FeedMeters meters,
      Admission admission,
      HistoryQuota quota) {
    this.vertx = vertx;
    this.tail = tail;
    this.log = log;
    this.config = config;
    this.meters = meters;
    this.admission = admission;
    this.replays = replays;
    this.dispatchers = dispatchers;
    this.quota = quota;
    this.channels =
        new ChannelRegistry<>(
            vertx,
            config.channelLinger(),
            channel -> channel.opened().failed(),
            StreamChannel::close);
  }

  /** Serves a reader, who was admitted and whose response has begun, on its event loop. */
  public void subscribe(
      Transport transport, Stream stream, EventFilter filter, ResumeRequest resume) {
    StreamChannel channel = channels.enter(stream.name(), () -> open(stream));
    var connection = new Connection(transport, meters, config);
    new StreamSubscriber(
            vertx.getOrCreateContext(), connection, admission, filter, channel, channels)
        .begin(resume);
  }

  private StreamChannel open(Stream stream) {
    return new StreamChannel(
        stream, tail, log, dispatchers, config, meters, quota, replays.of(stream));
  }

  void end(@Observes @Priority(Drain.AFTER_READERS) ShutdownEvent ending) {
    channels.close();
  }
}
