package penstock.feed.replay;

import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import penstock.feed.FeedConfig;
import penstock.feed.FeedMeters;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.log.EventLog;
import penstock.stream.registry.Stream;

/** The way to older events of any stream: all share a link, a bound of reads, and recent pages. */
@Singleton
public class Replays {

  private final EventLog log;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final RedisLink link;
  private final AsyncSemaphore permits;
  private final RecentPages recent;

  @Inject
  Replays(Vertx vertx, EventLog log, RedisLinks links, FeedConfig config, FeedMeters meters) {
    this.log = log;
    this.config = config;
    this.meters = meters;
    this.link = links.openForReads("feed");
    this.permits = new AsyncSemaphore(config.replays());
    this.recent = new RecentPages(vertx, config.replayKept().asLongValue(), config.replayKeep());
  }

  /** One for each partition, in order. */
  public List<Replay> of(Stream stream) {
    boolean singlePartition = stream.partitions().size() == 1;
    return stream.partitions().stream()
        .map(one -> new Replay(log, link, permits, meters, config, recent, one, singlePartition))
        .toList();
  }
}
