package penstock.feed;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.EventFilter;
import penstock.stream.EventLog;
import penstock.stream.Stream;
import penstock.stream.StreamName;
import penstock.stream.Tail;

/** The feeds that this instance serves now: their rings and their readers. */
@Startup
@ApplicationScoped
class Feeds {

  private static final Logger LOG = Logger.getLogger(Feeds.class);

  /** After the last reader was told to leave. */
  private static final int GRACE_MILLIS = 1_000;

  private final Vertx vertx;
  private final Tail tail;
  private final EventLog log;
  private final FeedConfig config;
  private final FeedMeters meters;
  private final RedisLink link;
  private final Permits permits;
  private final RecentPages recent;
  private final Pumps pumps;
  private final Clients clients = new Clients();
  private final int mostOfClient;
  private final Rings<StreamName, Ring> rings;
  private final Set<Reader> subscribers = ConcurrentHashMap.newKeySet();
  private volatile @Nullable CountDownLatch drained;

  @Inject
  Feeds(
      Vertx vertx,
      Tail tail,
      EventLog log,
      RedisLinks links,
      Pumps pumps,
      FeedConfig config,
      FeedMeters meters) {
    this.vertx = vertx;
    this.tail = tail;
    this.log = log;
    this.config = config;
    this.meters = meters;
    this.link = links.open("feed");
    this.permits = new Permits(config.replays());
    this.recent = new RecentPages(vertx, config.replayKept().asLongValue(), config.replayKeep());
    this.mostOfClient = config.maxSubscribersPerClient().orElse(Integer.MAX_VALUE);
    this.pumps = pumps;
    this.rings =
        new Rings<>(vertx, config.ringLinger(), ring -> ring.opened().failed(), Ring::close);
  }

  /** Why so many more readers are not taken now from this client. */
  Optional<DisconnectReason> refusal(ClientAddress client, int readers) {
    if (drained != null) {
      return Optional.of(DisconnectReason.SHUTTING_DOWN);
    }
    if (subscribers.size() + readers > config.maxSubscribers()) {
      return Optional.of(DisconnectReason.TOO_BUSY);
    }
    if (clients.of(client) + readers > mostOfClient) {
      return Optional.of(DisconnectReason.TOO_MANY_OF_CLIENT);
    }
    return Optional.empty();
  }

  /** How long a reader is to wait before it reconnects. */
  long retryMillis() {
    long retry = Math.max(2, config.retry().toMillis());
    return retry / 2 + ThreadLocalRandom.current().nextLong(retry);
  }

  /** Serves a reader, whose response has begun, on its event loop. */
  void subscribe(Outlet outlet, Stream stream, EventFilter filter, Wish wish) {
    Ring ring = rings.enter(stream.name(), () -> open(stream));
    var subscriber = new Subscriber(vertx, outlet, filter, ring, this, meters, config);
    entered(subscriber);
    subscriber.begin(wish);
  }

  private Ring open(Stream stream) {
    return new Ring(stream, tail, log, pumps, config, meters, replays(stream));
  }

  private List<Replay> replays(Stream stream) {
    boolean alone = stream.partitions().size() == 1;
    return stream.partitions().stream()
        .map(one -> new Replay(log, link, permits, meters, config, recent, one, alone))
        .toList();
  }

  void left(Subscriber subscriber) {
    Ring ring = subscriber.ring();
    rings.leave(ring.stream().name(), ring);
    gone(subscriber);
  }

  /** One more reads a feed, of whatever kind. */
  void entered(Reader reader) {
    subscribers.add(reader);
    clients.came(reader.client());
    meters.subscribers(subscribers.size());
  }

  /** One reads no more. */
  void gone(Reader reader) {
    subscribers.remove(reader);
    clients.left(reader.client());
    meters.subscribers(subscribers.size());
    CountDownLatch awaited = drained;
    if (awaited != null) {
      awaited.countDown();
    }
  }

  /**
   * Disconnects all readers, spread over the drain time, so that the instances that take them over
   * are not hit at once. Blocks the thread that ends the application.
   */
  void drain(@Observes ShutdownDelayInitiatedEvent ending) {
    if (drained == null) {
      drain();
    }
  }

  /** Where the application ends without a delay: in development, at a live reload. */
  void end(@Observes ShutdownEvent ending) {
    if (drained == null) {
      drain();
    }
  }

  private void drain() {
    List<Reader> leaving = new ArrayList<>(subscribers);
    CountDownLatch all = new CountDownLatch(leaving.size());
    drained = all;
    if (leaving.isEmpty()) {
      return;
    }
    LOG.infof("disconnecting readers: count=%d over=%s", leaving.size(), config.drainTime());
    Collections.shuffle(leaving);
    long millis = config.drainTime().toMillis();
    for (int i = 0; i < leaving.size(); i++) {
      Reader one = leaving.get(i);
      long delay = 1 + millis * i / leaving.size();
      vertx.setTimer(delay, over -> one.disconnect(DisconnectReason.SHUTTING_DOWN));
    }
    try {
      if (!all.await(millis + GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.warnf("readers not disconnected in time: count=%d", all.getCount());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
