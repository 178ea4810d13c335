package penstock.stream.tail;

import io.micrometer.core.instrument.Tags;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import penstock.problem.IsolatedCall;
import penstock.redis.PubSubListener;
import penstock.redis.RedisLink;
import penstock.redis.RedisLinks;
import penstock.stream.LogState;
import penstock.stream.Position;
import penstock.stream.log.EventLog;
import penstock.stream.log.LogNews;
import penstock.stream.log.OrderedNews;
import penstock.stream.log.RawRecord;

/**
 * Reads the followed logs in turns, over one link: those on whose channels it heard that something
 * was appended, and those not looked at for a while. Behind the XREAD, over the same connection,
 * goes an observation of the same logs; what was read is delivered if they are still the ones that
 * were asked. What comes while a turn is under way is of the next. In a cluster, each slot has
 * turns of its own: see {@link TailLane}.
 *
 * <p>A notice that is lost makes an event late, until the log is looked at anyway; it cannot make
 * it missed, since each read goes on from where the one before it ended.
 *
 * <p>State belongs to one event loop, on which the listeners are called too, but for what answers
 * tell those who want entries.
 */
final class TailLoop {

  /** How finely the looks at quiet logs are spread over their interval. */
  private static final int LOOKS_PER_INTERVAL = 8;

  /** What the listeners of a loop want. */
  enum Mode {
    /** What readers are sent: read where readers are to read. */
    ENTRIES,
    /** To be woken, for what is done at the master; what is told is handed on as it is. */
    WAKES,
    /** To be woken, for what is read where readers are to read. */
    CHANGES
  }

  private final Vertx vertx;
  private final Context context;
  private final RedisLink link;
  private final PubSubListener pubSub;
  private final LogStateReader stateReader;
  private final TailReader reader;
  private final Mode kind;

  /** What is told is of the master: a replica that is read from may not have it yet. */
  private final boolean isTold;

  private final long intervalNanos;
  private final long looks;

  /**
   * By the name of the log in Redis, which is also that of its channel. Only whether one is there
   * may be asked from another thread.
   */
  private final Map<String, TailedLog> tailed = new ConcurrentHashMap<>();

  /** The same by the channels on which they are told what is appended. */
  private final Map<String, TailedLog> toBeTold = new HashMap<>();

  private final UnknownNews unknown = new UnknownNews(System::nanoTime);

  /** By the slot of their keys; one where there is no cluster. */
  private final Map<Integer, TailLane> lanes = new ConcurrentHashMap<>();

  private boolean closed;
  private volatile int size;

  TailLoop(String name, Vertx vertx, RedisLinks links, EventLog log, TailConfig config, Mode kind) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    boolean readers = kind != Mode.WAKES;
    this.link = readers ? links.openForReads(name, context) : links.open(name, context);
    this.pubSub =
        readers
            ? links.openPubSubForReads(name + "-news", context, this::heard)
            : links.openPubSubForWrites(name + "-news", context, this::heard);
    this.stateReader = new LogStateReader(log, link);
    this.reader = new TailReader(link, config);
    this.kind = kind;
    this.isTold = kind != Mode.CHANGES && links.hearsTheMaster();
    this.intervalNanos = config.checkInterval().toNanos();
    this.looks =
        vertx.setPeriodic(
            Math.max(1, config.checkInterval().toMillis() / LOOKS_PER_INTERVAL),
            look -> context.runOnContext(go -> look()));
  }

  Context context() {
    return context;
  }

  Tags tags() {
    return Tags.of("kind", kind.name().toLowerCase(Locale.ROOT));
  }

  int tailed() {
    return size;
  }

  long reads() {
    return lanes.values().stream().mapToLong(TailLane::reads).sum();
  }

  /** Of those of these logs that answer best. Each of many readers asks, every second. */
  LongSupplier silence(Collection<String> keys) {
    int[] slots = keys.stream().mapToInt(link::slot).distinct().toArray();
    return () -> {
      long least = Long.MAX_VALUE;
      for (int slot : slots) {
        TailLane lane = lanes.get(slot);
        least = Math.min(least, lane == null ? 0 : lane.silence());
      }
      return least;
    };
  }

  private TailLane laneOf(TailedLog one) {
    return lanes.computeIfAbsent(
        link.slot(one.key()), absent -> new TailLane(vertx, context, stateReader, reader, kind));
  }

  Future<LogState> follow(TailSource source, TailListener listener) {
    Promise<LogState> begun = Promise.promise();
    context.runOnContext(
        go -> {
          TailedLog present = tailed.get(source.key());
          if (present != null) {
            IsolatedCall.settle(begun, Future.succeededFuture(present.join(listener)));
          } else {
            IsolatedCall.begin(() -> begin(source))
                .map(one -> one.join(listener))
                .onComplete(done -> IsolatedCall.settle(begun, done));
          }
        });
    return begun.future();
  }

  /** Listens before it looks, so that nothing is appended unheard in between. */
  private Future<TailedLog> begin(TailSource source) {
    return listen(source)
        .compose(
            listening ->
                stateReader
                    .observe(source)
                    .onFailure(failure -> leave(source))
                    .map(state -> begin(source, state)));
  }

  private Future<?> listen(TailSource source) {
    String told = told(source);
    Future<Void> one = pubSub.listen(source.key());
    if (told == null) {
      return one;
    }
    Future<Void> other = pubSub.listen(told);
    return Future.join(one, other)
        .onFailure(
            failure -> {
              one.onSuccess(listening -> pubSub.leave(source.key()));
              other.onSuccess(listening -> pubSub.leave(told));
            });
  }

  private void leave(TailSource source) {
    pubSub.leave(source.key());
    String told = told(source);
    if (told != null) {
      pubSub.leave(told);
    }
  }

  /** The channel on which it is told what is appended; null if that is not wanted. */
  private @Nullable String told(TailSource source) {
    return isTold ? source.told() : null;
  }

  private TailedLog begin(TailSource source, LogState state) {
    TailedLog present = tailed.get(source.key());
    if (present != null) {
      // Another began to follow it meanwhile.
      leave(source);
      return present;
    }
    var begun = new TailedLog(source, state);
    tailed.put(source.key(), begun);
    String told = told(source);
    if (told != null) {
      toBeTold.put(told, begun);
    }
    size = tailed.size();
    if (!closed) {
      laneOf(begun).add(begun);
    }
    return begun;
  }

  void unfollow(TailSource source, TailListener listener) {
    context.runOnContext(
        go -> {
          String key = source.key();
          TailedLog present = tailed.get(key);
          if (present != null) {
            present.leave(listener);
            if (present.isDeserted()) {
              tailed.remove(key);
              String told = told(source);
              if (told != null) {
                toBeTold.remove(told);
              }
              size = tailed.size();
              laneOf(present).remove(present);
              leave(source);
            }
          }
        });
  }

  void close() {
    vertx.cancelTimer(looks);
    context.runOnContext(
        go -> {
          closed = true;
          tailed.clear();
          toBeTold.clear();
          lanes.values().forEach(TailLane::close);
        });
  }

  private void heard(String channel, Buffer news) {
    TailedLog one = tailed.get(channel);
    if (one != null) {
      if (news.length() == 0 || one.announced(Position.parse(news.toString()))) {
        laneOf(one).heard(one);
      }
      return;
    }
    TailedLog other = toBeTold.get(channel);
    if (other != null && news.length() > 0) {
      told(other, news);
    }
  }

  /** What is told in another way than is known here is read. */
  private void told(TailedLog one, Buffer news) {
    OrderedNews what;
    try {
      what =
          switch (one.source()) {
            case TailSource.Other other -> other.news().apply(news);
            case TailSource.Log log -> kind == Mode.ENTRIES ? LogNews.of(news) : LogNews.raw(news);
          };
    } catch (RuntimeException notOurs) {
      unknown.add(one.source(), notOurs);
      return;
    }
    told(one, what);
  }

  private void told(TailedLog one, OrderedNews what) {
    if (what instanceof LogNews ofLog) {
      laneOf(one).told(one, ofLog);
    } else {
      one.told(what);
    }
  }

  /** Follows it: its listeners are told by Redis, unless they take answers. Any thread. */
  boolean follows(String key) {
    return tailed.containsKey(key);
  }

  /** See {@link Tail#listener}. Any thread. */
  boolean takesAnswers(String key) {
    if (!isTold || !pubSub.hearsAll()) {
      return false;
    }
    TailedLog one = tailed.get(key);
    return one != null && one.source().told() != null && one.takesAnswers();
  }

  /** See {@link Tail#carry}. Any thread. */
  @Nullable CarriedCommit carry(String key, List<RawRecord> records) {
    TailedLog one = tailed.get(key);
    return one == null ? null : one.carry(records);
  }

  /** What is told by an answer in the place of a message, on the tail's event loop. Any thread. */
  void answered(String key, OrderedNews news) {
    context.runOnContext(go -> take(key, news));
  }

  /**
   * The same in a task of the event loop on which the answer came, so that no other is woken that
   * has nothing to do; behind what that loop is about to send to Redis. Any thread.
   */
  void answeredHere(String key, LogNews news) {
    Context here = Vertx.currentContext();
    if (here == null) {
      answered(key, news);
      return;
    }
    here.runOnContext(
        go -> {
          TailedLog one = tailed.get(key);
          if (one == null || !one.answered(news)) {
            answered(key, news);
          }
        });
  }

  /** The same at once, and so in the order in which the answers came. Any thread. */
  void answeredAtOnce(String key, OrderedNews news) {
    TailedLog one = tailed.get(key);
    if (one == null) {
      answered(key, news);
    } else {
      one.told(news);
    }
  }

  private void take(String key, OrderedNews news) {
    TailedLog one = tailed.get(key);
    if (one != null) {
      told(one, news);
    } else {
      // It stopped following meanwhile, so the only one who listened may have been another.
      link.send(Command.PUBLISH, key, news.last().toString());
    }
  }

  /** An answer did not come: something may be there, as after a link was down. Any thread. */
  void lookAt(String key) {
    context.runOnContext(go -> heard(key, Buffer.buffer(0)));
  }

  private void look() {
    unknown.say();
    long now = System.nanoTime();
    lanes.values().forEach(lane -> lane.look(now, intervalNanos));
  }
}
